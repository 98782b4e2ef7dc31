import { describe, expect, it } from 'vitest'
import { PctDriver } from '#harness/drivers/pct.js'
import { PosDriver } from '#harness/drivers/pos.js'
import { machineFor } from '#harness/fuzz/program.js'
import { MEMORY_MODELS, type MemoryModelName } from '#harness/machine/index.js'
import { subject } from '../../../test/subjects.js'

/** The violation kinds that sampling a hand-written scenario shows. */
async function kinds(
  fix: string,
  model: MemoryModelName,
  scenario: string,
  executions = 6000,
): Promise<Set<string>> {
  const s = await subject('ram-list', fix, model)
  const named = s.system.scenarios[scenario]
  if (!named) throw new Error(`no scenario ${scenario}`)
  const machine = machineFor(s, named.scenario)
  const drivers = [new PosDriver(), new PctDriver(3), new PctDriver(5)]
  const found = new Set<string>()
  for (let i = 0; i < executions; i++) {
    const driver = drivers[i % drivers.length] as PosDriver
    driver.begin(i, machine)
    for (const v of machine.run(driver).violations) found.add(v.kind)
  }
  return found
}

describe.each(MEMORY_MODELS)('the RAM list under %s', (model) => {
  it('H1-1: the late publish is a use-after-free upstream, and nested RCU free closes it', async () => {
    expect(await kinds('baseline', model, 'late-publish')).toContain('use-after-free')
    expect(await kinds('nested-rcu-free', model, 'late-publish')).not.toContain('use-after-free')
  })

  it('H1-2: a block plugged at the old offset is shadowed, under nested RCU free too', async () => {
    expect(await kinds('baseline', model, 'same-offset')).toContain('wrong-address')
    expect(await kinds('nested-rcu-free', model, 'same-offset', 20_000)).toContain('wrong-address')
    expect(await kinds('seqlock-atomic-pair-host', model, 'same-offset')).toEqual(new Set())
  })

  it('H1-3: a candidate that validates in one lookup only leaves the other open', async () => {
    expect(await kinds('version-sketch-pair-load', model, 'host-lookup')).toContain('use-after-free')
    expect(await kinds('version-sketch-pair-host', model, 'host-lookup')).toEqual(new Set())
  })

  it('H1-4: no candidate protects block->mr, not even the one without an MRU', async () => {
    expect(await kinds('no-mru', model, 'region-dies')).toContain('use-after-free')
  })

  it('S1.8: a 2-bit version that wraps around lets a stale block through; 32 bits do not', async () => {
    expect(await kinds('seqlock-atomic-pair-host', model, 'wrap', 40_000)).toContain('use-after-free')
  })

  it('S1.10: after a drain the memory is back upstream; nested RCU free changes that contract', async () => {
    expect(await kinds('baseline', model, 'drain-after-removal')).not.toContain('drain-contract')
    expect(await kinds('nested-rcu-free', model, 'drain-after-removal')).toContain('drain-contract')
  })

  it("S1.11, S1.12: neighbours that go together, and migration's saved pointers, are safe upstream", async () => {
    for (const scenario of ['adjacent-removals', 'migration-section'])
      expect(await kinds('no-mru', model, scenario)).toEqual(new Set())
    expect(await kinds('seqlock-atomic-pair-host', model, 'migration-section')).toEqual(new Set())
  })

  it('R4: waiting for readers under the BQL deadlocks with a reader that takes it', async () => {
    const s = await subject('ram-list', 'synchronous', model)
    const scenario = s.system.scenario.parse({
      slots: 1,
      readers: [[{ do: 'section', events: [{ do: 'mmio' }] }]],
      main: [{ do: 'unplug', slot: 0 }],
    })
    const machine = machineFor(s, scenario)
    const driver = new PosDriver()
    const found = new Set<string>()
    for (let i = 0; i < 500; i++) {
      driver.begin(i, machine)
      for (const v of machine.run(driver).violations) found.add(v.signature)
    }
    expect([...found]).toEqual(['deadlock:main gracePeriodEnd:vcpu lock'])
  })
})

describe('stale lookups', () => {
  it('are a notice, graded: strict under sc only, happens-before anywhere', async () => {
    const grades = async (model: MemoryModelName): Promise<Set<string>> => {
      const s = await subject('ram-list', 'nested-rcu-free-late-clear', model)
      const named = s.system.scenarios['same-offset']
      const machine = machineFor(s, named?.scenario)
      const driver = new PosDriver()
      const found = new Set<string>()
      for (let i = 0; i < 4000; i++) {
        driver.begin(i, machine)
        for (const v of machine.run(driver).violations)
          if (v.kind === 'stale-lookup') {
            expect(v.severity).toBe('notice')
            found.add(v.signature)
          }
      }
      return found
    }
    expect(await grades('sc')).toEqual(
      new Set(['stale-lookup:RAMBlock strict:vcpu', 'stale-lookup:RAMBlock hb:vcpu']),
    )
    expect(await grades('weak')).toEqual(new Set(['stale-lookup:RAMBlock hb:vcpu']))
  })
})
