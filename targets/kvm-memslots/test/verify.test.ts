import { describe, expect, it } from 'vitest'
import type { Subject } from '#harness/fuzz/program.js'
import { MEMORY_MODELS } from '#harness/machine/index.js'
import { loadFixes, loadSystem } from '#harness/registry.js'
import type { Reduction } from '#harness/verify/search.js'
import { bounds } from '#targets/kvm-memslots/bounds.js'
import { subject } from '../../../test/subjects.js'
import { againstSampling, searched } from '../../../test/verify/searches.js'

const system = await loadSystem('kvm-memslots')
const candidates = await loadFixes('kvm-memslots')

/** Errors and notices. */
function told(of: Subject, scenario: unknown, reduction: Reduction): unknown {
  const { errors, notices } = searched(of, scenario, reduction)
  return { errors, notices }
}

const named = (name: string): unknown => system.scenarios[name]?.scenario

describe.each(['sc', 'weak'] as const)('one write through a cached pointer under %s', (model) => {
  it.each(['baseline', 'low-bit', 'late-bump', 'no-synchronize', 'low-bit-plain'])(
    '%s: the reduced searches tell what every single execution does',
    async (fix) => {
      const of = await subject('kvm-memslots', fix, model)
      for (const scenario of bounds.scenarios({ accesses: 1, cached: 1 })) {
        const all = told(of, scenario, 'all')
        expect(told(of, scenario, 'commuting')).toEqual(all)
        expect(told(of, scenario, 'states')).toEqual(all)
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
      expect([fix.name, told(of, scenario, 'states')]).toEqual([fix.name, told(of, scenario, 'commuting')])
      if (searched(of, scenario).harmful > 0) broken++
    }
    expect(broken).toBeGreaterThan(1)
  })

  it('no violation that sampling finds within the default bound is missed', () => {
    let broken = 0
    for (const { fix } of candidates)
      for (const scenario of bounds.scenarios({})) {
        const { missed, broken: breaks } = againstSampling({ system, fix, memoryModel: model }, scenario, 300)
        expect([fix.name, missed]).toEqual([fix.name, []])
        if (breaks) broken++
      }
    expect(broken).toBeGreaterThan(2)
  })

  it('no candidate that holds breaks within the default bound, and this one shows the hazard of the thread', () => {
    const errors = (fix: string): readonly string[] => {
      const found = candidates.find((c) => c.fix.name === fix)
      if (!found) throw new Error(`no candidate ${fix}`)
      const of = { system, fix: found.fix, memoryModel: model }
      return bounds.scenarios({}).flatMap((scenario) => searched(of, scenario).errors)
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
    const whole = searched(of, named(scenario))
    const { errors, notices } = searched(of, named(scenario), 'all', 2)
    expect(whole.errors).toEqual(expect.arrayContaining([...errors]))
    expect(whole.notices).toEqual(expect.arrayContaining([...notices]))
    if (fix !== 'baseline' || scenario === 'create') expect(whole.errors.length > 0).toBe(errors.length > 0)
  })
})
