import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PosDriver } from '#harness/drivers/pos.js'
import { expectation, machineFor, type Subject } from '#harness/fuzz/program.js'
import { MEMORY_MODELS, type Machine } from '#harness/machine/index.js'
import { loadFixes, loadSystem } from '#harness/registry.js'
import { Explorer } from '#harness/verify/explore.js'
import { Search, type Reduction } from '#harness/verify/search.js'
import { worldOf } from '#targets/flatview/boot.js'
import type { MemoryRegion } from '#targets/flatview/entities.js'
import { settled } from '#targets/flatview/oracle.js'
import { upstream } from '#targets/flatview/upstream.js'
import type { FlatViewFix } from '#targets/flatview/world.js'
import { subject } from '../../../test/subjects.js'

const system = await loadSystem('flatview')
const candidates = await loadFixes('flatview')

const named = (name: string): unknown => system.scenarios[name]?.scenario

const errors = (found: readonly { severity: string; signature: string }[]): string[] =>
  found.filter((v) => v.severity === 'error').map((v) => v.signature)

/** Signatures of all errors that a search finds when it goes on after each; no more than so many preemptions. */
function searched(of: Subject, scenario: unknown, reduction: Reduction, preemptions?: number): string[] {
  const budget = preemptions === undefined ? null : ({ kind: 'preemptions', limit: preemptions } as const)
  const search = new Search(machineFor(of, scenario), reduction, budget)
  const found = new Set<string>()
  for (let v = search.next(); v !== null; v = search.next()) for (const e of errors(v)) found.add(e)
  return [...found].sort()
}

/** Signatures that sampling finds. */
function sampled(of: Subject, scenario: unknown, executions: number): string[] {
  const machine = machineFor(of, scenario)
  const driver = new PosDriver()
  const found = new Set<string>()
  for (let i = 0; i < executions; i++) {
    driver.begin(i, machine)
    for (const e of errors(machine.run(driver).violations)) found.add(e)
  }
  return [...found].sort()
}

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
      expect([reduction, searched(of, null, reduction)]).toEqual([
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
    expect(searched(of, named('reference'), 'states')).toEqual(searched(of, named('reference'), 'all', 1))
  })

  it('remembering states changes no verdict', () => {
    // Every third candidate: a search that remembers nothing takes its time.
    for (const { fix } of candidates.filter((_, i) => i % 3 === 0)) {
      const of = { system, fix, memoryModel: 'sc' as const }
      expect([fix.name, searched(of, named('init-in-transaction'), 'states')]).toEqual([
        fix.name,
        searched(of, named('init-in-transaction'), 'commuting'),
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
        const all = searched(of, scenario, 'states')
        const missed = sampled(of, scenario, 100).filter((s) => !all.includes(s))
        expect({ fix: fix.name, i, missed }).toEqual({ fix: fix.name, i, missed: [] })
        if (all.length > 0) broken++
      }
    expect(broken).toBeGreaterThan(10)
  })

  it('verify each candidate that holds, and break each other one as it says', () => {
    for (const { fix } of candidates) {
      const of = { system, fix, memoryModel }
      const { outcome, reduction, finding } = new Explorer(of, {
        scenarios,
        budget: null,
        executions: 100_000,
        checkpoint: join(tmpdir(), 'rcufuzz-test-unused.checkpoint'),
        resume: false,
      }).run(() => true)
      expect([fix.name, reduction]).toEqual([fix.name, 'states'])
      const expected = expectation(of)
      if (expected === 'holds') expect([fix.name, outcome]).toEqual([fix.name, 'verified'])
      else
        expect([fix.name, expected.broken]).toEqual([
          fix.name,
          expect.arrayContaining([finding?.violation.kind]),
        ])
    }
  })
})
