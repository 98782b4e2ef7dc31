import { describe, expect, it } from 'vitest'
import { Rng } from '#harness/drivers/rng.js'
import { halfWidth, paired, significant, studentP, studentT, welch } from '#harness/bench/statistics.js'

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
})
