import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MEMORY_MODELS } from '#harness/machine/index.js'
import { loadFixes, loadSystem } from '#harness/registry.js'
import { Explorer, type Exploration } from '#harness/verify/explore.js'
import type { Counts } from '#harness/verify/counts.js'
import { subject } from '../../../test/subjects.js'
import { againstSampling, searched } from '../../../test/verify/searches.js'

const system = await loadSystem('ram-list')
const candidates = await loadFixes('ram-list')

const within = (bound: Record<string, number>): unknown => system.bounds?.scenarios(bound)[0]

describe.each(MEMORY_MODELS)('every candidate under %s', { timeout: 300_000 }, (memoryModel) => {
  // Two readers under sc, as it is the quickest; elsewhere one, whose two lookups may be by host pointer.
  const bounds =
    memoryModel === 'sc'
      ? [{ readers: 2, lookups: 1, hosts: 1 }]
      : [
          { readers: 1, lookups: 2, hosts: 1 },
          { readers: 1, lookups: 1, mmios: 1 },
        ]

  it('no violation that sampling finds within a bound is missed', () => {
    let broken = 0
    for (const { fix } of candidates)
      for (const bound of bounds) {
        const { missed, broken: breaks } = againstSampling({ system, fix, memoryModel }, within(bound), 200)
        expect({ fix: fix.name, bound, missed }).toEqual({ fix: fix.name, bound, missed: [] })
        if (breaks) broken++
      }
    expect(broken).toBeGreaterThan(2)
  })

  it('remembering states changes no verdict', () => {
    // Store buffers have too many orders that are not equivalent for the longer lookups.
    for (const { fix } of memoryModel === 'tso' ? candidates.slice(0, 3) : candidates) {
      const of = { system, fix, memoryModel }
      const scenario = within({ readers: 1, lookups: 1 })
      expect([fix.name, searched(of, scenario).errors]).toEqual([
        fix.name,
        searched(of, scenario, 'commuting').errors,
      ])
    }
  })
})

function exploration(bound: Record<string, number>, more: Partial<Exploration> = {}): Exploration {
  return {
    scenarios: [within(bound)],
    budget: null,
    executions: null,
    checkpoint: join(mkdtempSync(join(tmpdir(), 'rcufuzz-test-')), 'here.checkpoint'),
    resume: false,
    ...more,
  }
}

describe('an exploration', { timeout: 300_000 }, () => {
  const goOn = (): boolean => true

  it('that is interrupted again and again ends as one that is not', async () => {
    const of = await subject('ram-list', 'nested-rcu-free', 'weak')
    const whole = new Explorer(of, exploration({ lookups: 1 })).run(goOn)
    expect(whole.outcome).toBe('verified')
    const task = exploration({ lookups: 1 }, { resume: true })
    let rounds = 0
    for (let executions = 500; ; executions += 500, rounds++) {
      const part = new Explorer(of, { ...task, executions }).run(goOn)
      if (part.outcome === 'unfinished') {
        expect(part.share).toBeLessThan(1)
        continue
      }
      expect(part).toEqual(whole)
      break
    }
    expect(rounds).toBeGreaterThan(3)
  })

  it('so long that it goes on in rounds: interrupted or not, it ends as the sequential search does', async () => {
    const of = await subject('ram-list', 'nested-rcu-free', 'sc')
    const large = { readers: 3, lookups: 1 }
    const whole = new Explorer(of, exploration(large)).run(goOn)
    const task = exploration(large, { resume: true })
    let part: typeof whole
    let rounds = 0
    for (let executions = 10_000; ; executions += 10_000, rounds++) {
      part = new Explorer(of, { ...task, executions }).run(goOn)
      if (part.outcome !== 'unfinished') break
    }
    expect(part).toEqual(whole)
    expect(rounds).toBeGreaterThan(3)
    const { executions } = searched(of, within(large))
    expect(whole.counts.states).toBe(62_213)
    // Another number of executions shows that it has not been the sequential search.
    expect(whole.counts.complete + whole.counts.known + whole.counts.blocked).not.toBe(executions)
  })

  it('says how far it is, roughly: at half of the work between a tenth and nine tenths', async () => {
    for (const model of MEMORY_MODELS) {
      const of = await subject('ram-list', 'nested-rcu-free', model)
      const half = (counts: Counts): number =>
        Math.ceil((counts.complete + counts.known + counts.blocked) / 2)
      const whole = new Explorer(of, exploration({ lookups: 1 })).run(goOn)
      const part = new Explorer(of, exploration({ lookups: 1 }, { executions: half(whole.counts) })).run(goOn)
      expect(part.outcome).toBe('unfinished')
      expect(part.share).toBeGreaterThan(0.1)
      expect(part.share).toBeLessThan(0.9)
    }
  })

  it('with a budget finds the counterexample with the fewest preemptions, or delays', async () => {
    const of = await subject('ram-list', 'baseline', 'sc')
    for (const kind of ['preemptions', 'delays'] as const) {
      const run = (limit: number): ReturnType<Explorer['run']> =>
        new Explorer(of, exploration({ lookups: 1 }, { budget: { kind, limit } })).run(goOn)
      const found = run(9)
      expect(found.outcome).toBe('violated')
      const least = found.limit as number
      expect(least).toBeGreaterThan(0)
      const below = run(least - 1)
      expect([below.outcome, below.cut]).toEqual(['verified', true])
    }
  })

  it('with a budget that is never spent has explored everything', async () => {
    const of = await subject('ram-list', 'nested-rcu-free', 'sc')
    const all = new Explorer(
      of,
      exploration({ readers: 1, lookups: 1 }, { budget: { kind: 'preemptions', limit: 100 } }),
    ).run(goOn)
    expect([all.outcome, all.cut]).toEqual(['verified', false])
    expect(all.limit).toBeLessThan(20)
  })

  it('of a system that declares no books runs every interleaving', async () => {
    const of = await subject('ram-list', 'no-mru', 'sc')
    const silent = {
      ...of.system,
      build: (...[m, scenario, fix]: Parameters<typeof of.system.build>) => {
        of.system.build(m, scenario, fix)
        m.books.length = 0
      },
    }
    const stopped = new Explorer(
      { ...of, system: silent },
      exploration({ readers: 1, lookups: 1 }, { executions: 300 }),
    ).run(goOn)
    expect([stopped.reduction, stopped.outcome, stopped.counts.blocked, stopped.counts.known]).toEqual([
      'all',
      'unfinished',
      0,
      0,
    ])
  })
})
