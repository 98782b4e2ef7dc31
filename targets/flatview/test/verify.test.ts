import { describe, expect, it } from 'vitest'
import { MEMORY_MODELS, type Machine } from '#harness/machine/index.js'
import { loadFixes, loadSystem } from '#harness/registry.js'
import { worldOf } from '#targets/flatview/boot.js'
import type { MemoryRegion } from '#targets/flatview/entities.js'
import { settled } from '#targets/flatview/oracle.js'
import { upstream } from '#targets/flatview/upstream.js'
import type { FlatViewFix } from '#targets/flatview/world.js'
import { subject } from '../../../test/subjects.js'
import { againstSampling, decidesByDefault, searched } from '../../../test/verify/searches.js'

const system = await loadSystem('flatview')
const candidates = await loadFixes('flatview')

const named = (name: string): unknown => system.scenarios[name]?.scenario

describe('under sc', () => {
  it('what an oracle looks at without an access is not passed over', () => {
    // Main looks after a step that touches nothing; nothing but the look depends on the other thread's store.
    const build = (m: Machine): void => {
      const world = worldOf(m, upstream as FlatViewFix, { windows: 1, endpoint: true, otherOwner: false })
      const shape = world.parent.spaces[0]?.region.shape as MemoryRegion['shape']
      m.book(() => [])
      m.spawn('main', 'main', function* (t) {
        yield* t.smpWmb()
        settled(t, world)
        yield* t.smpWmb()
      })
      m.spawn('migration', 'migration', function* (t) {
        yield* t.write(shape, shape.value.with({ enabled: false }))
      })
    }
    const fix = { name: 'test', title: '', source: 'test' }
    const of = { system: { ...system, build, threads: () => 2 }, fix, memoryModel: 'sc' } as const
    for (const reduction of ['all', 'commuting', 'states'] as const)
      expect([reduction, searched(of, null, reduction).errors]).toEqual([
        reduction,
        ['stale-topology:AddressSpace:main'],
      ])
  })

  it.each([
    'baseline',
    'weak-root',
    'weak-root-unref',
    'root-name-remove-key',
    'windows-freed-after-commit',
    'region-and-owner-reference',
  ])('all that is found of %s is found without any reduction, in one preemption', async (fix) => {
    const of = await subject('flatview', fix, 'sc')
    expect(searched(of, named('reference')).errors).toEqual(searched(of, named('reference'), 'all', 1).errors)
  })

  it('remembering states changes no verdict', () => {
    // Every third candidate: a search that remembers nothing takes its time.
    for (const { fix } of candidates.filter((_, i) => i % 3 === 0)) {
      const of = { system, fix, memoryModel: 'sc' as const }
      expect([fix.name, searched(of, named('init-in-transaction')).errors]).toEqual([
        fix.name,
        searched(of, named('init-in-transaction'), 'commuting').errors,
      ])
    }
  })
})

describe.each(MEMORY_MODELS)('the default bounds under %s', (memoryModel) => {
  const scenarios = system.bounds?.scenarios({}) ?? []

  it('miss no error that sampling finds', () => {
    let broken = 0
    for (const { fix } of candidates)
      for (const [i, scenario] of scenarios.entries()) {
        const of = { system, fix, memoryModel }
        const { missed, broken: breaks } = againstSampling(of, scenario, 100)
        expect([fix.name, i, missed]).toEqual([fix.name, i, []])
        if (breaks) broken++
      }
    expect(broken).toBeGreaterThan(10)
  })

  it('verify each candidate that holds, and break each other one as it says', () => {
    for (const { fix } of candidates) decidesByDefault({ system, fix, memoryModel })
  })
})
