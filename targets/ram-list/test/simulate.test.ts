import { describe, expect, it } from 'vitest'
import { simulate, type SimulationResult } from '#harness/bench/simulate.js'
import { defineFix } from '#harness/define.js'
import { simulationSchema } from '#harness/results.js'
import baseline from '#targets/ram-list/fixes/baseline.js'
import nested from '#targets/ram-list/fixes/nested-rcu-free.js'
import sketch from '#targets/ram-list/fixes/version-sketch-pair-host.js'
import ramList from '#targets/ram-list/target.js'
import { upstream, walk } from '#targets/ram-list/upstream.js'
import type { RamListFix } from '#targets/ram-list/world.js'

const bench = ramList.bench
if (!bench) throw new Error('the RAM list has a benchmark')

const noMru = defineFix(ramList, {
  ...upstream,
  name: 'walker',
  title: 'always walks',
  source: 'test',
  *qemuGetRamBlock(t, ram, addr) {
    return yield* walk(t, ram, addr)
  },
})

function run(fix: RamListFix, parameters: object, replications = 3, seed = 1): SimulationResult {
  return simulate({
    system: 'ram-list',
    bench: { ...bench, workloads: { test: { title: '', parameters } } } as NonNullable<typeof bench>,
    fix,
    workload: 'test',
    seed,
    replications,
  })
}

const quiet = { vcpus: 1, unplugsPerSecond: 0 }

describe('simulation', () => {
  it('is a function of the seed', () => {
    const once = JSON.stringify(run(nested, { unplugsPerSecond: 200 }))
    expect(JSON.stringify(run(nested, { unplugsPerSecond: 200 }))).toBe(once)
    expect(JSON.stringify(run(nested, { unplugsPerSecond: 200 }, 3, 2))).not.toBe(once)
    expect(() => simulationSchema.parse(JSON.parse(once))).not.toThrow()
  })

  it('misses as often as the workload has no locality', () => {
    const r = run(baseline, { ...quiet, hitRate: 0.99 }, 5)
    expect(r.missRate).toBeGreaterThan(0.008)
    expect(r.missRate).toBeLessThan(0.012)
    expect(r.missRateInterval).toBeLessThan(0.003)
    expect(Object.keys(r.missReasons)).toEqual(['range'])
    // Two hits of 1 ns each: the pointer, the range.
    expect(r.latency.p50).toBeCloseTo(2, 1)
    // A block in the middle of 8, on average.
    expect(r.walkLength).toBeGreaterThan(3)
    expect(r.walkLength).toBeLessThan(6)
  })

  it('finds that a candidate without the cache always misses', () => {
    const r = run(noMru, quiet)
    expect(r.missRate).toBe(1)
    expect(r.missReasons).toEqual({ none: 1 })
    expect(r.perLookup.stores).toBe(0)
  })

  it('tells reasons apart', () => {
    const unplugs = { hitRate: 1, unplugsPerSecond: 1000 }
    expect(run(baseline, unplugs).missReasons['empty']).toBeGreaterThan(0)
    expect(run(sketch, unplugs).missReasons['version']).toBeGreaterThan(0)
  })

  it('follows removals: one grace period upstream, two when nested', () => {
    const one = run(baseline, { unplugsPerSecond: 10 })
    const two = run(nested, { unplugsPerSecond: 10 })
    expect(one.unplugs).toBe(two.unplugs)
    expect(one.gracePeriodsPerUnplug).toBe(1)
    expect(two.gracePeriodsPerUnplug).toBe(2)
    expect(two.timeToFree).toBeGreaterThan(1.5 * one.timeToFree)
    expect(one.violations).toEqual([])
  })

  it('makes more vCPUs share the line', () => {
    expect(run(baseline, { ...quiet, vcpus: 16 }).perLookup.transfers).toBeGreaterThan(
      5 * run(baseline, quiet).perLookup.transfers,
    )
  })

  it('reports a candidate that never ends, and goes on', () => {
    const spins = defineFix(ramList, {
      ...noMru,
      name: 'spins',
      *qemuGetRamBlock(t, ram) {
        for (;;) {
          if ((yield* t.read(ram.version)) === 99) return null
          yield* t.cpuRelax()
        }
      },
    })
    const r = run(spins, quiet)
    expect(r.violations.map((v) => v.kind)).toEqual(['livelock'])
    expect(r.lookups).toBe(0)
    expect(r.latency.p99).toBe(0)
  })

  it('reports a deadlock and a use after free', () => {
    const locks = defineFix(ramList, {
      ...noMru,
      name: 'locks',
      *qemuGetRamBlock(t, ram, addr) {
        yield* t.lock(ram.mutex)
        return yield* walk(t, ram, addr)
      },
    })
    expect(run(locks, quiet).violations.map((v) => v.kind)).toEqual(['deadlock'])

    const freesAtOnce = defineFix(ramList, {
      ...upstream,
      name: 'frees-at-once',
      title: '',
      source: 'test',
      *qemuRamFree(t, ram, block) {
        yield* t.free(block)
      },
    })
    const kinds = run(freesAtOnce, { unplugsPerSecond: 100 }).violations.map((v) => v.kind)
    expect(kinds).toContain('use-after-free')
  })

  it('refuses workloads and hosts that it does not know', () => {
    expect(() => run(baseline, { host: 'vax' })).toThrow(/no host vax/)
    expect(() =>
      simulate({ system: '', bench, fix: baseline, workload: 'nope', seed: 1, replications: 1 }),
    ).toThrow(/no workload nope/)
  })
})
