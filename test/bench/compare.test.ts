import { describe, expect, it } from 'vitest'
import { compare } from '#harness/bench/compare.js'
import type { BenchFile } from '#harness/results.js'
import { benchFile } from '../report/fixtures.js'

/** The same file, with one candidate's figure times a factor. */
function changed(factor: number, metric = 'latency', seed = benchFile.seed): BenchFile {
  const file = structuredClone(benchFile)
  for (const s of file.simulations) {
    const figure = s.metrics[metric]
    if (s.fix !== 'nested-rcu-free' || s.workload !== 'typical' || !figure) continue
    figure.value *= factor
    figure.replications = figure.replications.map((x) => x * factor)
  }
  return { ...file, seed }
}

describe('a comparison of two results files', () => {
  it('finds nothing in the same', () => {
    const { compared, changes, unmatched, costsDiffer } = compare(benchFile, structuredClone(benchFile))
    expect(compared).toBe(benchFile.simulations.length * 6)
    expect(changes).toEqual([])
    expect(unmatched).toEqual([])
    expect(costsDiffer).toBe(false)
  })

  it('finds what got slower, and what got faster', () => {
    const [slower] = compare(benchFile, changed(1.2)).changes
    expect(slower).toMatchObject({
      fix: 'nested-rcu-free',
      workload: 'typical',
      metric: 'latency',
      worse: true,
    })
    expect(slower?.relative).toBeCloseTo(0.2)
    expect(compare(changed(1.2), benchFile).changes.map((c) => c.worse)).toEqual([false])
    // Of another seed the noise is another; a difference has to stand out from it.
    expect(compare(benchFile, changed(1.5, 'latency', 8)).changes.length).toBe(1)
    expect(compare(benchFile, changed(1.01, 'latency', 8)).changes).toEqual([])
  })

  it('turns round where more is better', () => {
    const better = structuredClone(benchFile)
    const metric = better.systems['ram-list']?.metrics['latency']
    if (metric) metric.better = 'higher'
    const after = changed(1.2)
    expect(compare(better, { ...after, systems: better.systems }).changes.map((c) => c.worse)).toEqual([
      false,
    ])
  })

  it('does not compare what was measured with other parameters, and says what it left out', () => {
    const other = structuredClone(benchFile)
    for (const s of other.simulations) if (s.workload === 'arm64') s.parameters['blocks'] = 9
    const { unmatched } = compare(benchFile, other)
    expect(unmatched.length).toBe(4)
    expect(unmatched[0]).toContain('arm64')
    const costs = { ...benchFile.costs, hit: { value: 2, unit: 'ns', source: 'mine' } }
    expect(compare(benchFile, { ...benchFile, costs }).costsDiffer).toBe(true)
  })

  it('counts the intervals of values and percentiles, and how many overlap', () => {
    const same = compare(benchFile, structuredClone(benchFile))
    expect(same.intervals).toBeGreaterThan(same.compared)
    expect(same.overlapping).toBe(same.intervals)
    // One value leaves its interval; its percentiles were left alone.
    expect(compare(benchFile, changed(1.5)).overlapping).toBe(same.intervals - 1)
    expect(compare(benchFile, changed(1.01)).overlapping).toBe(same.intervals)
  })
})
