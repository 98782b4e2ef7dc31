import { describe, expect, it } from 'vitest'
import { casesOf } from '#harness/bench/workloads.js'
import type { BenchParameters, Target } from '#harness/define.js'
import { simulate } from '#harness/bench/simulate.js'
import type { Simulation } from '#harness/results.js'
import baseline from '#targets/region-lifetime/fixes/baseline.js'
import waits from '#targets/region-lifetime/fixes/unparent-waits.js'
import drops from '#targets/region-lifetime/fixes/unparent-waits-drop-bql.js'
import guarded from '#targets/region-lifetime/fixes/unrealize-in-callback-guarded.js'
import regionLifetime from '#targets/region-lifetime/target.js'
import type { RegionFix } from '#targets/region-lifetime/board.js'

const { bench } = regionLifetime
if (!bench) throw new Error('the system has a benchmark')

const parameters = (workload: string): BenchParameters => {
  const options = { workloads: [workload], sweeps: [], quick: false }
  return casesOf(regionLifetime as unknown as Target, options)[0]?.parameters as BenchParameters
}

const run = (fix: RegionFix, workload: string): Simulation =>
  simulate({
    system: 'region-lifetime',
    bench,
    fix,
    workload,
    parameters: parameters(workload),
    seed: 1,
    replications: 2,
  })

const value = (s: Simulation, metric: string): number => s.metrics[metric]?.value ?? NaN

describe('the benchmark', () => {
  it('sees the exit of 1 ms move from the unplugging thread to the callback', () => {
    const [before, after] = [run(baseline, 'base'), run(guarded, 'base')]
    for (const s of [before, after]) expect(s.violations).toEqual([])
    expect(value(before, 'bqlUnplug')).toBeGreaterThan(1e6)
    expect(value(after, 'bqlUnplug')).toBeLessThan(1e4)
    expect(before.metrics['bqlCallback']?.distribution?.max).toBeLessThan(1e5)
    expect(after.metrics['bqlCallback']?.distribution?.max).toBeGreaterThan(1e6)
    expect(value(before, 'unplug')).toBeGreaterThan(100 * value(after, 'unplug'))
  })

  it('counts the grace periods that a device outlives: one, or a second that is waited for', () => {
    expect(value(run(baseline, 'direct'), 'gracePeriods')).toBe(1)
    expect(value(run(guarded, 'direct'), 'gracePeriods')).toBe(1)
    expect(value(run(drops, 'direct'), 'gracePeriods')).toBe(2)
  })

  it('shows the deadlocks', () => {
    expect(run(waits, 'base').violations.map((v) => v.kind)).toEqual(['deadlock'])
    expect(run(drops, 'guest-eject').violations.map((v) => v.kind)).toEqual(['deadlock'])
    expect(run(guarded, 'guest-eject').violations).toEqual([])
  })
})
