import { describe, expect, it } from 'vitest'
import { Rng } from '#harness/drivers/rng.js'
import { Measure } from '#harness/bench/measure.js'
import {
  halfWidth,
  paired,
  significant,
  studentP,
  studentT,
  tellsPercentile,
  welch,
} from '#harness/bench/statistics.js'

/** Standard normal, by the sum of twelve. */
function noise(rng: Rng): number {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += (rng.bits() >>> 0) / 0x100000000
  return sum
}

describe('statistics', () => {
  it('knows the t distribution', () => {
    // Quantiles 0.975 of the usual tables.
    for (const [degrees, t] of [
      [1, 12.706],
      [2, 4.303],
      [3, 3.182],
      [4, 2.776],
      [7, 2.365],
      [10, 2.228],
      [30, 2.042],
      [120, 1.98],
    ] as const) {
      expect(studentP(t, degrees)).toBeCloseTo(0.05, 3)
      expect(studentP(-t, degrees)).toBeCloseTo(0.05, 3)
      expect(studentT(degrees)).toBeCloseTo(t, 2)
    }
    expect(studentP(0, 5)).toBe(1)
    expect(studentP(4.604, 4)).toBeCloseTo(0.01, 4)
    expect(studentP(1.96, 1000)).toBeCloseTo(0.05, 3)
    expect(halfWidth([1])).toBe(0)
    // s = 1, n = 3: 4.303 / sqrt 3
    expect(halfWidth([1, 2, 3])).toBeCloseTo(2.484, 3)
  })

  it('finds a small difference in pairs that have their noise in common', () => {
    const a = [10, 20, 30, 40]
    const b = [11, 21.1, 30.9, 41]
    expect(paired(a, b).value).toBeCloseTo(1, 6)
    expect(paired(a, b).p).toBeLessThan(0.001)
    expect(welch(a, b).p).toBeGreaterThan(0.9)
    expect(paired(a, a).p).toBe(1)
    expect(
      paired(
        a,
        a.map((x) => x + 1),
      ).p,
    ).toBe(0)
    expect(paired([1], [2]).p).toBe(1)
  })

  it('calls equals different in one run of twenty at most, however many there are', () => {
    const rng = new Rng(7)
    const sample = (): number[] => Array.from({ length: 8 }, () => noise(rng))
    let runs = 0
    let wrong = 0
    for (let i = 0; i < 300; i++) {
      const base = sample()
      const ps = Array.from({ length: 20 }, () => paired(base, sample()).p)
      if (significant(ps).some(Boolean)) runs++
      wrong += ps.filter((p) => p < 0.05).length
    }
    // Without the correction one in twenty comparisons would be, that is nearly every run.
    expect(wrong).toBeGreaterThan(150)
    expect(runs).toBeLessThan(0.09 * 300)
  })

  it('covers the mean in 95 of 100 intervals', () => {
    const rng = new Rng(3)
    let covered = 0
    for (let i = 0; i < 1000; i++) {
      const values = Array.from({ length: 8 }, () => 5 + noise(rng))
      const mean = values.reduce((x, y) => x + y, 0) / 8
      if (Math.abs(mean - 5) <= halfWidth(values)) covered++
    }
    expect(covered).toBeGreaterThan(930)
    expect(covered).toBeLessThan(970)
  })

  it('tells a percentile only from values enough to bound it on both sides', () => {
    const least = (level: number): number => {
      for (let n = 1; ; n++) if (tellsPercentile(level, n)) return n
    }
    // 0.5^6 = 0.0156, 0.9^36 = 0.0225, 0.99^368 = 0.0248; each one power less is above 0.025.
    expect([50, 90, 99, 99.9].map(least)).toEqual([6, 36, 368, 3688])
    expect(least(10)).toBe(36)

    const percentiles = (n: number): string[] => {
      const measure = new Measure()
      for (let replication = 0; replication < 2; replication++) {
        measure.begin()
        for (let i = 0; i < n / 2; i++) measure.sample(i)
        measure.end()
      }
      return Object.keys(measure.figure([], 1, false)?.distribution ?? {})
    }
    expect(percentiles(4)).toEqual(['max'])
    expect(percentiles(6)).toEqual(['p50', 'max'])
    expect(percentiles(36)).toEqual(['p10', 'p25', 'p50', 'p75', 'p90', 'max'])
  })

  it('gives no figure that has no interval', () => {
    const measure = new Measure()
    measure.begin()
    measure.sample(1)
    measure.end()
    expect(measure.figure([], 1, false)).toBeNull()
  })
})
