import { availableParallelism } from 'node:os'
import { expect, it } from 'vitest'
import { bench, type BenchOptions } from '#harness/bench/bench.js'
import { compare } from '#harness/bench/compare.js'
import { COSTS } from '#harness/bench/costs.js'
import { casesOf } from '#harness/bench/workloads.js'
import { loadFixes, loadSystem, systemNames } from '#harness/registry.js'
import type { BenchFile } from '#harness/results.js'
import { benchFile } from '../report/fixtures.js'

/**
 * The quick workloads of two candidates of every system. All of them, twice:
 * `npx rcufuzz bench --out a && npx rcufuzz bench --seed 2 --out b --compare a/bench.json`.
 */
it('the intervals of two runs with different seeds overlap for 95 % of the figures and more', async () => {
  const subjects: BenchOptions['subjects'] = await Promise.all(
    systemNames().map(async (name) => {
      const system = await loadSystem(name)
      const candidates = (await loadFixes(name)).slice(0, 2)
      return { system, candidates, cases: casesOf(system, { workloads: [], sweeps: [], quick: true }) }
    }),
  )
  const run = async (seed: number): Promise<BenchFile> => {
    const workers = availableParallelism()
    const options = {
      subjects,
      seed,
      replications: 5,
      costs: COSTS,
      workers,
      rounds: 0,
      onProgress: () => {},
    }
    return { ...benchFile, seed, ...(await bench(options)) }
  }
  const { compared, intervals, overlapping } = compare(await run(1), await run(2))
  expect(compared).toBeGreaterThan(200)
  expect(intervals).toBeGreaterThan(2 * compared)
  expect(overlapping / intervals).toBeGreaterThanOrEqual(0.95)
}, 120_000)
