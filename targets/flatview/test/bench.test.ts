import { describe, expect, it } from 'vitest'
import { simulate } from '#harness/bench/simulate.js'
import type { Simulation } from '#harness/results.js'
import baseline from '#targets/flatview/fixes/baseline.js'
import objects from '#targets/flatview/fixes/region-and-owner-reference.js'
import removeKey from '#targets/flatview/fixes/root-name-remove-key.js'
import weakRoot from '#targets/flatview/fixes/weak-root.js'
import flatview from '#targets/flatview/target.js'
import type { FlatViewFix } from '#targets/flatview/world.js'

function run(fix: FlatViewFix, parameters: object): Simulation {
  const { bench } = flatview
  if (!bench) throw new Error('flatview has a benchmark')
  return simulate({
    system: 'flatview',
    bench,
    fix,
    workload: 'test',
    parameters: { ...bench.parameters, ...parameters },
    seed: 1,
    replications: 2,
  })
}

const value = (s: Simulation, metric: string): number => s.metrics[metric]?.value ?? NaN
const errors = (s: Simulation): string[] =>
  s.violations.filter((v) => v.severity === 'error').map((v) => v.kind)

describe('the benchmark', () => {
  it('counts views: each update renders the I/O and memory space of the parent, and the I/O space behind', () => {
    const s = run(removeKey, {})
    expect(errors(s)).toEqual([])
    expect(value(s, 'created')).toBe(3)
    expect(value(s, 'deferred')).toBeGreaterThan(0)
    // Not deferred: the empty view, and one for each of the three spaces.
    expect(value(s, 'alive') - value(s, 'deferred')).toBeCloseTo(4, 1)
    expect(value(run(removeKey, { oneTransaction: 1 }), 'created')).toBeCloseTo(0.5, 1)
  })

  it('more updates leave more behind; fewer updates, less', () => {
    const [few, many] = [10, 1000].map((updatesPerSecond) =>
      value(run(baseline, { updatesPerSecond }), 'deferred'),
    )
    expect(many).toBeGreaterThan(few as number)
  })

  it('shows the leak of weak-root, and what allocated windows leave behind', () => {
    expect(value(run(weakRoot, {}), 'alive')).toBeGreaterThan(value(run(baseline, {}), 'alive') + 5)
    expect(errors(run(weakRoot, {}))).toEqual(['leak'])
    expect(value(run(baseline, {}), 'aliases')).toBe(0)
    expect(value(run(objects, {}), 'aliases')).toBeGreaterThan(0)
  })
})
