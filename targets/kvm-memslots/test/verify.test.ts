import { describe, expect, it } from 'vitest'
import { PosDriver } from '#harness/drivers/pos.js'
import { machineFor, type Subject } from '#harness/fuzz/program.js'
import { MEMORY_MODELS, type Violation } from '#harness/machine/index.js'
import { loadFixes, loadSystem } from '#harness/registry.js'
import { Search, type Reduction } from '#harness/verify/search.js'
import { bounds } from '#targets/kvm-memslots/bounds.js'
import { subject } from '../../../test/subjects.js'
import { allWithin } from './bounded.js'

const system = await loadSystem('kvm-memslots')
const candidates = await loadFixes('kvm-memslots')

interface Told {
  readonly errors: readonly string[]
  readonly notices: readonly string[]
}

function sorted(found: Iterable<Violation>): Told {
  const errors = new Set<string>()
  const notices = new Set<string>()
  for (const { severity, signature } of found) (severity === 'error' ? errors : notices).add(signature)
  return { errors: [...errors].sort(), notices: [...notices].sort() }
}

/** All that a search finds when it goes on after each violation. */
function searched(of: Subject, scenario: unknown, reduction: Reduction): Told {
  const search = new Search(machineFor(of, scenario), reduction)
  const found: Violation[] = []
  for (let v = search.next(); v !== null; v = search.next()) found.push(...v)
  return sorted(found)
}

/** What sampling finds. */
function sampled(of: Subject, scenario: unknown, executions: number): Told {
  const machine = machineFor(of, scenario)
  const driver = new PosDriver()
  const found: Violation[] = []
  for (let i = 0; i < executions; i++) {
    driver.begin(i, machine)
    found.push(...machine.run(driver).violations)
  }
  return sorted(found)
}

const named = (name: string): unknown => system.scenarios[name]?.scenario

describe.each(['sc', 'weak'] as const)('one write through a cached pointer under %s', (model) => {
  it.each(['baseline', 'low-bit', 'late-bump', 'no-synchronize', 'low-bit-plain'])(
    '%s: the reduced searches tell what every single execution does',
    async (fix) => {
      const of = await subject('kvm-memslots', fix, model)
      for (const scenario of bounds.scenarios({ accesses: 1, cached: 1 })) {
        const all = searched(of, scenario, 'all')
        expect(searched(of, scenario, 'commuting')).toEqual(all)
        expect(searched(of, scenario, 'states')).toEqual(all)
      }
    },
    120_000,
  )
})

describe.each(MEMORY_MODELS)('under %s', { timeout: 240_000 }, (model) => {
  it('remembering states changes nothing that a candidate shows', () => {
    let broken = 0
    for (const { fix } of candidates) {
      const of = { system, fix, memoryModel: model }
      // What is begun with a creation; the deletion has too many orders for this.
      const [scenario] = bounds.scenarios({ accesses: 1, cached: model === 'tso' ? 1 : 0 })
      const told = searched(of, scenario, 'states')
      expect([fix.name, told]).toEqual([fix.name, searched(of, scenario, 'commuting')])
      if (told.errors.length > 0) broken++
    }
    expect(broken).toBeGreaterThan(1)
  })

  it('no violation that sampling finds within the default bound is missed', () => {
    let broken = 0
    for (const { fix } of candidates)
      for (const scenario of bounds.scenarios({})) {
        const of = { system, fix, memoryModel: model }
        const told = searched(of, scenario, 'states')
        const { errors, notices } = sampled(of, scenario, 300)
        const missed = [
          ...errors.filter((s) => !told.errors.includes(s)),
          ...notices.filter((s) => !told.notices.includes(s)),
        ]
        expect([fix.name, missed]).toEqual([fix.name, []])
        if (errors.length > 0) broken++
      }
    expect(broken).toBeGreaterThan(2)
  })

  it('no candidate that holds breaks within the default bound, and this one shows the hazard of the thread', () => {
    const errors = (fix: string): readonly string[] => {
      const found = candidates.find((c) => c.fix.name === fix)
      if (!found) throw new Error(`no candidate ${fix}`)
      const of = { system, fix: found.fix, memoryModel: model }
      return bounds.scenarios({}).flatMap((scenario) => searched(of, scenario, 'states').errors)
    }
    for (const fix of [
      'low-bit',
      'low-bit-no-store',
      'one-dereference',
      'in-progress-bit',
      'generation-first',
    ])
      expect([fix, errors(fix)]).toEqual([fix, []])
    expect(errors('baseline')).toEqual(['stale-mmio:spte:vcpu', 'stale-mmio:vcpu-cache:vcpu'])
  })
})

describe.each(['sc', 'weak'] as const)('named scenarios under %s', { timeout: 240_000 }, (model) => {
  it.each([
    ['baseline', 'create'],
    ['low-bit', 'delete'],
    ['no-synchronize', 'delete'],
    ['late-bump', 'guest-cache'],
    ['shared-generations', 'address-spaces'],
    ['rollback-rewinds', 'failed-delete'],
    ['wrap-in-one-space', 'wrap-smm'],
    ['low-bit', 'split-section'],
    ['baseline', 'hole'],
  ])('%s, %s: all that two preemptions can show is found', async (fix, scenario) => {
    const of = await subject('kvm-memslots', fix, model)
    const told = searched(of, named(scenario), 'states')
    const { errors, notices } = allWithin(of, scenario, 2)
    expect(told.errors).toEqual(expect.arrayContaining(errors))
    expect(told.notices).toEqual(expect.arrayContaining(notices))
    if (fix !== 'baseline' || scenario === 'create') expect(told.errors.length > 0).toBe(errors.length > 0)
  })
})
