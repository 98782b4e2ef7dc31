import { describe, expect, it } from 'vitest'
import { Estimate } from '#harness/verify/estimate.js'

describe('the estimate of what is done', () => {
  it("is Knuth's at first: each branch weighs the same", () => {
    const path = [
      { width: 2, done: 1 },
      { width: 1, done: 0 },
      { width: 4, done: 3 },
    ]
    expect(new Estimate().share(path)).toBe(1 / 2 + 1 / 2 / 4 + 1 / 2 / 4 + 1 / 2 / 4)
  })

  it('learns that first branches are the large ones', () => {
    const estimate = new Estimate()
    for (let i = 0; i < 100; i++) {
      estimate.learn(0, 9)
      estimate.learn(1, 1)
    }
    expect(estimate.share([{ width: 2, done: 1 }])).toBeCloseTo(0.9, 2)
  })

  it('ends at 1', () => {
    expect(new Estimate().share([{ width: 3, done: 3 }])).toBe(1)
    expect(new Estimate().share([{ width: 1, done: 1 }])).toBe(1)
    expect(new Estimate().share([])).toBe(0)
  })
})
