import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bench } from '#harness/bench/bench.js'
import { COSTS } from '#harness/bench/costs.js'
import { EMPTY_CALL } from '#harness/bench/wallclock.js'
import { halfWidth } from '#harness/bench/statistics.js'
import type { Target } from '#harness/define.js'
import { simulationSchema, wallClockSchema } from '#harness/results.js'
import baseline from '#targets/ram-list/fixes/baseline.js'
import noMru from '#targets/ram-list/fixes/no-mru.js'
import ramList from '#targets/ram-list/target.js'

const withoutBench: Target = Object.fromEntries(
  Object.entries(ramList).filter(([key]) => key !== 'bench'),
) as unknown as Target

const path = (file: string): string => fileURLToPath(new URL(`../../../${file}`, import.meta.url))

describe('bench', () => {
  it('measures every candidate with both instruments', async () => {
    const progress: number[] = []
    const fixes = [
      { fix: baseline, path: path('dist/targets/ram-list/fixes/baseline.js') },
      { fix: noMru, path: path('dist/targets/ram-list/fixes/no-mru.js') },
    ]
    const result = await bench({
      system: ramList,
      fixes,
      seed: 1,
      quick: true,
      onProgress: (_text, fraction) => progress.push(fraction),
    })
    z.array(simulationSchema).parse(result.simulations)
    z.array(wallClockSchema).parse(result.wallClock)
    const quick = Object.entries(ramList.bench?.workloads ?? {}).filter(([, w]) => w.quick)
    expect(result.simulations.length).toBe(2 * quick.length)
    expect(result.simulations.every((s) => s.lookups > 1000)).toBe(true)
    expect(result.wallClock.map((w) => `${w.fix} ${w.path}`).sort()).toEqual(
      ['baseline', 'no-mru', EMPTY_CALL].flatMap((f) => [`${f} hit`, `${f} miss`]).sort(),
    )
    expect(result.wallClock.filter((w) => w.fix === 'baseline').map((w) => w.relative)).toEqual([1, 1])
    for (const w of result.wallClock) {
      expect(w.nanoseconds).toBeGreaterThan(0)
      expect(w.low).toBeLessThanOrEqual(w.nanoseconds)
      expect(w.high).toBeGreaterThanOrEqual(w.nanoseconds)
    }
    expect(result.costs).toEqual(COSTS)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(progress.at(-1)).toBe(1)
  })

  it('says so when a system has no benchmark', async () => {
    await expect(
      bench({ system: withoutBench, fixes: [], seed: 1, quick: true, onProgress: () => {} }),
    ).rejects.toThrow(/no benchmark/)
  })

  it('knows the t distribution', () => {
    expect(halfWidth([1])).toBe(0)
    // s = 1, n = 3: 4.303 / sqrt 3
    expect(halfWidth([1, 2, 3])).toBeCloseTo(2.484, 3)
  })
})

describe('docs/cost-model.md', () => {
  it('has the table of costs as it is', () => {
    const documented = readFileSync(path('docs/cost-model.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
    expect(documented.map(([, name, value, unit, source]) => [name, value, unit, source])).toEqual(
      Object.entries(COSTS).map(([name, c]) => [
        `\`${name}\``,
        c.value.toLocaleString('en-US'),
        c.unit,
        c.source,
      ]),
    )
  })
})
