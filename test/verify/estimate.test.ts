import { describe, expect, it } from 'vitest'
import { Estimate } from '#harness/verify/estimate.js'

const half = { width: 2, rank: 1, later: 0 }

describe('the estimate of what is left', () => {
  it("is Knuth's at first: each branch weighs the same", () => {
    const path = [half, { width: 1, rank: 0, later: 0 }, { width: 4, rank: 2, later: 1 }]
    expect(new Estimate().left(path)).toBe(1 / 2 - 2 * (1 / 2 / 4))
  })

  it('learns that first branches are the large ones', () => {
    const estimate = new Estimate()
    for (let i = 0; i < 100; i++) {
      estimate.learn(0, 9)
      estimate.learn(1, 1)
    }
    expect(estimate.left([half])).toBeCloseTo(0.1, 2)
  })

  it('counts what is left to somebody else on no path, or on the other one', () => {
    const estimate = new Estimate()
    for (let rank = 0; rank < 3; rank++) estimate.learn(rank, 10 ** (3 - rank))
    const [whole, first, others] = [
      { width: 3, rank: 0, later: 2 },
      { width: 3, rank: 0, later: 0 },
      { width: 3, rank: 1, later: 1 },
    ].map((branches) => estimate.left([branches])) as [number, number, number]
    expect(whole).toBe(1)
    expect(first + others).toBeCloseTo(whole, 10)
    expect(first).toBeGreaterThan(others)
  })

  it('is everything before the first step', () => {
    expect(new Estimate().left([])).toBe(1)
  })
})
