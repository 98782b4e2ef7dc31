import { describe, expect, it } from 'vitest'
import { PctDriver } from '#harness/drivers/pct.js'
import { PosDriver } from '#harness/drivers/pos.js'
import { machineFor } from '#harness/fuzz/program.js'
import { MEMORY_MODELS, type Machine, type MemoryModelName, type Violation } from '#harness/machine/index.js'
import { FlatViews, PCIBridge } from '#targets/flatview/entities.js'
import type { Scenario } from '#targets/flatview/scenario.js'
import { subject } from '../../../test/subjects.js'
import { searched } from '../../../test/verify/searches.js'

type Events = Scenario['main']

const base: Scenario = { main: [], migration: 0, vcpus: [], endpoint: true, windows: 1, otherOwner: false }

/** What sampling a scenario shows: a hand-written one by name, or the main thread's events. */
async function violations(
  fix: string,
  model: MemoryModelName,
  scenario: string | Events,
  executions = 600,
): Promise<Violation[]> {
  const s = await subject('flatview', fix, model)
  const program =
    typeof scenario === 'string' ? s.system.scenarios[scenario]?.scenario : { ...base, main: scenario }
  if (!program) throw new Error(`no scenario ${String(scenario)}`)
  const machine = machineFor(s, program)
  const drivers = [new PosDriver(), new PctDriver(3), new PctDriver(5)]
  const found = new Map<string, Violation>()
  for (let i = 0; i < executions; i++) {
    const driver = drivers[i % drivers.length] as PosDriver
    driver.begin(i, machine)
    for (const v of machine.run(driver).violations) found.set(v.signature, v)
  }
  return [...found.values()]
}

const signatures = async (...args: Parameters<typeof violations>): Promise<string[]> =>
  (await violations(...args)).map((v) => v.signature).sort()

const errors = async (...args: Parameters<typeof violations>): Promise<string[]> =>
  [...new Set((await violations(...args)).filter((v) => v.severity === 'error').map((v) => v.kind))].sort()

/** A machine that has run the scenario once. */
async function finished(fix: string, model: MemoryModelName, scenario: Scenario): Promise<Machine> {
  const machine = machineFor(await subject('flatview', fix, model), scenario)
  const driver = new PosDriver()
  driver.begin(1, machine)
  machine.run(driver)
  return machine
}

const open = { do: 'config-write', base: 0, open: true } as const
const closed = { do: 'config-write', base: 0, open: false } as const
const HOLDING = ['weak-root-unref', 'root-name-remove-key', 'region-and-owner-reference']

describe.each(MEMORY_MODELS)('FlatViews under %s', (model) => {
  it('seed 004: the assertion in pci_bridge_region_init fails on the first update of a nested bridge', async () => {
    expect(await errors('baseline-asserted', model, [closed], 1)).toEqual(['assertion'])
    expect(await errors('baseline', model, [closed], 1)).toEqual([])
  })

  it('H2-1: upstream initialises storage that a view and the hash name; no harm while the owner stays', async () => {
    const notices = ['storage-reuse:FlatView.root:main', 'storage-reuse:flat_views:main']
    expect(await signatures('baseline', model, 'transient-reference')).toEqual(notices)
    for (const fix of HOLDING) expect(await signatures(fix, model, 'transient-reference')).toEqual([])
  })

  it('S2.7: with another owner, one is never let go and the other once too often', async () => {
    expect(await signatures('baseline', model, 'other-owner')).toContain('leak:PCIBridge')
    for (const fix of HOLDING) expect(await errors(fix, model, 'other-owner')).toEqual([])
    const parentRefs = async (otherOwner: boolean): Promise<number | undefined> => {
      const machine = await finished('baseline', model, {
        ...base,
        main: [closed, { do: 'unplug' }],
        otherOwner,
      })
      return machine.globals.find((g) => g instanceof PCIBridge)?.ref.value
    }
    expect(await parentRefs(true)).toBe(((await parentRefs(false)) ?? 0) - 1)
  })

  it('H2-2: windows that are freed by hand are used by flatview_destroy', async () => {
    for (const fix of ['alias-freed-after-unparent', 'windows-freed-after-commit'])
      expect(await errors(fix, model, 'nested-bridge')).toContain('use-after-free')
  })

  it('S2.8: a callback frees them in time, unless somebody else drops the last reference to the view', async () => {
    expect(await errors('windows-freed-by-rcu', model, 'nested-bridge')).toEqual([])
    expect(await errors('windows-freed-by-rcu', model, 'free-order', 3000)).toEqual(['use-after-free'])
  })

  it('H2-3: between re-initialisation and commit, address_space_init finds the view of the old alias', async () => {
    for (const fix of ['baseline', 'root-name'])
      expect(await errors(fix, model, 'init-in-transaction')).toEqual(['stale-topology'])
    for (const fix of HOLDING) expect(await errors(fix, model, 'init-in-transaction')).toEqual([])
  })

  it('is no stale key: a view of the very region, late because its transaction is open', async () => {
    const late: Events = [
      { ...open, base: 1 },
      {
        do: 'transaction',
        events: [
          { ...closed, base: 1 },
          { do: 'plug-iommu', offset: 0 },
        ],
      },
    ]
    for (const fix of ['baseline', 'root-name', ...HOLDING])
      expect(await errors(fix, model, late)).toEqual([])
  })

  it('is no stale key: a new region in old storage that shows what the old one did', async () => {
    const again: Events = [{ do: 'transaction', events: [open, { do: 'plug-iommu', offset: 0 }] }]
    for (const fix of ['baseline', 'root-name']) expect(await errors(fix, model, again)).toEqual([])
  })

  it('S2.4: a key outlives its owner; it stays wrong, with nothing pending, if the address comes back', async () => {
    expect(await signatures('root-name', model, 'destroy-keeps-key')).toContain(
      'stale-topology:AddressSpace:main',
    )
    for (const fix of ['baseline', 'region-and-owner-reference'])
      expect(await signatures(fix, model, 'destroy-keeps-key')).toEqual(['pinned-device:Iommu'])
    for (const fix of HOLDING) expect(await errors(fix, model, 'destroy-keeps-key')).toEqual([])
  })

  it('the next commit lets a pinned device go', async () => {
    expect(await signatures('baseline', model, 'destroy-then-commit')).not.toContain('pinned-device:Iommu')
  })

  it('seed 004 as posted leaks the view, and with it pins what the view shows', async () => {
    expect(await signatures('weak-root', model, 'nested-bridge')).toEqual(['leak:FlatView'])
    expect(await signatures('weak-root', model, 'bridge-unplug')).toEqual(['leak:Endpoint', 'leak:FlatView'])
    expect(await errors('weak-root-unref-asserted', model, 'nested-bridge')).toEqual(['assertion'])
  })

  it('H2-4: an owner that is let go in flatview_unref may be finalized without the BQL', async () => {
    expect(await errors('early-root-unref', model, 'unplug-under-reference', 4000)).toContain(
      'finalize-outside-bql',
    )
    expect(await errors('baseline', model, 'unplug-under-reference', 4000)).toEqual([])
  })

  it('a reference on the region itself is enough for an alias, and not for an embedded container', async () => {
    for (const scenario of [
      'nested-bridge',
      'six-windows',
      'transient-reference',
      'bridge-unplug',
      'monitor',
    ])
      expect(await errors('region-reference', model, scenario)).toEqual([])
    expect(await errors('region-reference', model, 'destroy-then-commit')).toContain('use-after-free')
  })

  it.each(HOLDING)('%s holds in every scenario', async (fix) => {
    const { system } = await subject('flatview', fix, model)
    for (const scenario of Object.keys(system.scenarios))
      expect({ scenario, errors: await errors(fix, model, scenario, 200) }).toEqual({ scenario, errors: [] })
  })
})

describe('every execution of one update, with a thread that holds the view', () => {
  it.each(HOLDING)('%s: with at most three preemptions, none has an error', async (fix) => {
    const of = await subject('flatview', fix, 'sc')
    const { errors, executions } = searched(of, of.system.scenarios['reference']?.scenario, 'all', 3)
    expect(errors).toEqual([])
    expect(executions).toBeGreaterThan(20_000)
  })

  it('windows-freed-by-rcu needs one preemption', async () => {
    const of = await subject('flatview', 'windows-freed-by-rcu', 'sc')
    const harmful = (preemptions: number): number =>
      searched(of, of.system.scenarios['reference']?.scenario, 'all', preemptions).harmful
    expect(harmful(0)).toBe(0)
    expect(harmful(1)).toBeGreaterThan(0)
  })
})

describe('roots', () => {
  const keys = async (main: Events, more: Partial<Scenario> = {}): Promise<string[]> => {
    const machine = await finished('baseline', 'sc', { ...base, ...more, main })
    const flatViews = machine.globals.find((g) => g instanceof FlatViews)
    return (flatViews?.keys.value ?? []).map((key) => key?.label ?? 'NULL')
  }

  it('are chosen as memory_region_get_flatview_root does', async () => {
    // An alias that is a container's only child, at 0; a container whose only child is elsewhere.
    expect(await keys([{ do: 'info-mtree' }])).toEqual(['NULL', 'bridge.alias_io', 'bridge.address_space_io'])
    // The alias is elsewhere, too.
    expect(await keys([{ ...open, base: 1 }])).toEqual([
      'NULL',
      'parent.address_space_io',
      'bridge.address_space_io',
    ])
    // An alias of the whole of another region shares its root; one of a part does not.
    expect(await keys([{ do: 'plug-iommu', offset: 0 }])).not.toContain('iommu.region')
    expect(await keys([{ do: 'plug-iommu', offset: 1 }])).toContain('iommu.region')
    // Nothing enabled: the empty view. Two children: the container.
    expect(await keys([{ do: 'unplug' }])).toEqual(['NULL'])
    expect(await keys([{ do: 'info-mtree' }], { windows: 6 })).toContain('parent.address_space_mem')
  })
})
