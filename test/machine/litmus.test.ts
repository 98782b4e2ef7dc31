import { describe, expect, it } from 'vitest'
import { explore, litmus } from './litmus.js'

// The enumeration itself, by counting: an outcome set is only worth something if no execution is left out.
describe('exhaustive enumeration', () => {
  const two = litmus(
    function* (t, v) {
      yield* t.write(v.x, 1)
      yield* t.write(v.x, 2)
    },
    function* (t, v) {
      yield* t.write(v.y, 1)
      yield* t.write(v.y, 2)
    },
  )

  it('takes every interleaving of two times two steps once: 4! / (2! 2!) under sc', () => {
    expect(explore(two, 'sc').executions).toBe(6)
  })

  it('interleaves the draining of store buffers as steps of their own under tso', () => {
    // Each thread and its buffer: two stores, two drains, a drain only after its store: 2 ways. The two
    // sequences of 4 steps interleave in 8! / (4! 4!) = 70 ways: 2 * 2 * 70.
    expect(explore(two, 'tso').executions).toBe(280)
  })

  it('takes every value that a load may return under weak', () => {
    const reader = litmus(
      function* (t, v) {
        yield* t.write(v.x, 1)
      },
      function* (t, v) {
        return yield* t.read(v.x)
      },
    )
    // Load first: 0. Store first: 1, or still 0.
    expect(explore(reader, 'weak')).toMatchObject({ outcomes: ['0', '1'], violations: [], executions: 3 })
  })
})
