import { describe, expect, it } from 'vitest'
import { COSTS } from '#harness/bench/costs.js'
import { simulate } from '#harness/bench/simulate.js'
import { defineFix } from '#harness/define.js'
import { simulationSchema, type Simulation } from '#harness/results.js'
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

function run(fix: RamListFix, parameters: object, replications = 3, seed = 1): Simulation {
  return simulate({
    system: 'ram-list',
    bench: bench as NonNullable<typeof bench>,
    fix,
    workload: 'test',
    parameters: { ...(bench as NonNullable<typeof bench>).parameters, ...parameters },
    seed,
    replications,
  })
}

const value = (r: Simulation, metric: string): number => r.metrics[metric]?.value ?? NaN

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
    expect(value(r, 'missRate')).toBeGreaterThan(0.8)
    expect(value(r, 'missRate')).toBeLessThan(1.2)
    expect(r.metrics['missRate']?.interval).toBeLessThan(0.3)
    expect(r.metrics['missRate']?.replications.length).toBe(5)
    expect(Object.keys(r.missReasons)).toEqual(['range'])
    // Two hits of 1 ns each: the pointer, the range.
    expect(r.metrics['latency']?.distribution?.p50).toBeCloseTo(2, 1)
    // A block in the middle of 8, on average.
    expect(value(r, 'walkLength')).toBeGreaterThan(3)
    expect(value(r, 'walkLength')).toBeLessThan(6)
  })

  it('finds that a candidate without the cache always misses', () => {
    const r = run(noMru, quiet)
    expect(value(r, 'missRate')).toBe(100)
    expect(r.missReasons).toEqual({ none: 1 })
    expect(value(r, 'stores')).toBe(0)
  })

  it('tells reasons apart', () => {
    const unplugs = { hitRate: 1, unplugsPerSecond: 1000 }
    expect(run(baseline, unplugs).missReasons['empty']).toBeGreaterThan(0)
    expect(run(sketch, unplugs).missReasons['version']).toBeGreaterThan(0)
  })

  it('follows removals: one grace period upstream, two when nested', () => {
    const one = run(baseline, { unplugsPerSecond: 10 })
    const two = run(nested, { unplugsPerSecond: 10 })
    expect(one.metrics['timeToFree']?.samples).toBe(two.metrics['timeToFree']?.samples)
    expect(value(one, 'gracePeriods')).toBe(1)
    expect(value(two, 'gracePeriods')).toBe(2)
    expect(value(two, 'timeToFree')).toBeGreaterThan(1.5 * value(one, 'timeToFree'))
    expect(value(two, 'unreclaimed')).toBeGreaterThan(value(one, 'unreclaimed'))
    const most = (r: Simulation): number => Math.max(...r.unreclaimed.map((p) => p.objects))
    expect(most(one)).toBe(1)
    expect(one.unreclaimed.at(-1)?.objects).toBe(0)
    expect(one.violations).toEqual([])
  })

  it('makes more vCPUs share the line', () => {
    const [many, one] = [run(baseline, { ...quiet, vcpus: 16 }), run(baseline, quiet)]
    expect(value(many, 'transfers')).toBeGreaterThan(5 * value(one, 'transfers'))
    expect(value(many, 'lineTransfers')).toBeGreaterThan(5 * value(one, 'lineTransfers'))
  })

  it('wants some blocks more than others after Zipf', () => {
    const r = run(baseline, { ...quiet, locality: 'zipf' })
    // Hit: the same of 8 twice in a row, with weights 1/n: sum of squares (1.527) over square of the sum (2.718).
    expect(value(r, 'missRate')).toBeGreaterThan(78)
    expect(value(r, 'missRate')).toBeLessThan(81)
  })

  it('takes costs of the user', () => {
    const b = bench as NonNullable<typeof bench>
    const costs = { ...COSTS, hit: { ...COSTS.hit, value: 3 } }
    const parameters = { ...b.parameters, ...quiet, hitRate: 1 }
    const r = simulate({
      system: '',
      bench: b,
      fix: baseline,
      workload: '',
      parameters,
      seed: 1,
      replications: 2,
      costs,
    })
    expect(r.metrics['latency']?.distribution?.p50).toBeCloseTo(6, 1)
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
    expect(r.metrics['latency']).toBeUndefined()
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
})
