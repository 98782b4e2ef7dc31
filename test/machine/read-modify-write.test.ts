import { describe, it } from 'vitest'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import { allows, everywhere, litmus, Node, Vars, withFinal } from './litmus.js'

// QEMU's qatomic_* (include/qemu/atomic.h) are seq_cst; the kernel's value-returning atomics are fully
// ordered (LKMM, Documentation/atomic_t.txt).

describe('read-modify-write', () => {
  it('two fetchAdd never lose an update (RC11 axiom "atomicity")', () => {
    const add = function* (t: Thread, v: Vars): Coroutine<number> {
      return yield* t.fetchAdd(v.x, 1)
    }
    allows(
      withFinal(litmus(add, add), (v) => v.x.value),
      everywhere(['0 1 2', '1 0 2']),
    )
  })

  it('fetchModify is as atomic as the others, and may leave the value alone', () => {
    const addUnlessTwo = function* (t: Thread, v: Vars): Coroutine<number> {
      return yield* t.fetchModify(v.x, (old) => (old === 2 ? undefined : old + 1))
    }
    allows(
      withFinal(litmus(addUnlessTwo, addUnlessTwo, addUnlessTwo), (v) => v.x.value),
      { sc: ['0 1 2 2', '0 2 1 2', '1 0 2 2', '1 2 0 2', '2 0 1 2', '2 1 0 2'] },
    )
  })

  it('a load and a store do lose one', () => {
    const add = function* (t: Thread, v: Vars): Coroutine<void> {
      const x = yield* t.read(v.x)
      yield* t.write(v.x, x + 1)
    }
    allows(
      withFinal(litmus(add, add), (v) => v.x.value),
      everywhere(['1', '2']),
    )
  })

  it('no store goes between the two halves, not even one that is placed later', () => {
    // P0 adds 10 to what it reads, P1 stores 1: memory ends as 11 (added after) or 1 (stored after). Ending as
    // 10 would need the 1 between the 0 that was read and the 10 that was stored.
    allows(
      withFinal(
        litmus(
          function* (t, v) {
            return yield* t.fetchAdd(v.x, 10)
          },
          function* (t, v) {
            yield* t.write(v.x, 1)
          },
        ),
        (v) => v.x.value,
      ),
      everywhere(['0 1', '1 11']),
    )
  })

  it('xchg returns each value once', () => {
    const swap = (n: number) =>
      function* (t: Thread, v: Vars): Coroutine<number> {
        return yield* t.xchg(v.x, n)
      }
    allows(
      withFinal(litmus(swap(1), swap(2)), (v) => v.x.value),
      everywhere(['0 1 2', '2 0 1']),
    )
  })

  it('of two cmpxchg from the same value one succeeds', () => {
    const claim = (n: number) =>
      function* (t: Thread, v: Vars): Coroutine<number> {
        return yield* t.cmpxchg(v.x, 0, n)
      }
    // Success reads 0. Under weak, too, the loser cannot read 0: that would be a success.
    allows(
      withFinal(litmus(claim(1), claim(2)), (v) => v.x.value),
      everywhere(['0 1 1', '2 0 2']),
    )
  })

  it('cmpxchg that fails stores nothing', () => {
    allows(
      withFinal(
        litmus(function* (t, v) {
          return yield* t.cmpxchg(v.x, 5, 6)
        }),
        (v) => v.x.value,
      ),
      everywhere(['0 0']),
    )
  })

  it('fetchIncNonzero leaves a zero alone (a dead object is not revived)', () => {
    allows(
      withFinal(
        litmus(function* (t, v) {
          const a = yield* t.fetchIncNonzero(v.x)
          const b = yield* t.read(v.x)
          yield* t.write(v.x, 3)
          return [a, b, yield* t.fetchIncNonzero(v.x)]
        }),
        (v) => v.x.value,
      ),
      everywhere(['0 0 3 4']),
    )
  })

  it('cmpxchg compares addresses: another incarnation at the same address is equal (ABA)', () => {
    allows(
      {
        setup: (m) => {
          const [root, a, b] = [m.global(Node, 'root'), m.global(Node, 'A'), m.global(Node, 'B')]
          b.address = a.address
          m.init(root.raw, b)
          return { root, a }
        },
        threads: [
          function* (t, { root, a }) {
            yield* t.cmpxchg(root.raw, a, null)
            return (yield* t.read(root.raw)) === null ? 'exchanged' : 'kept'
          },
        ],
      },
      everywhere(['exchanged']),
    )
  })

  it('cmpxchg tells different addresses apart', () => {
    allows(
      {
        setup: (m) => {
          const [root, a, b] = [m.global(Node, 'root'), m.global(Node, 'A'), m.global(Node, 'B')]
          m.init(root.raw, b)
          return { root, a }
        },
        threads: [
          function* (t, { root, a }) {
            yield* t.cmpxchg(root.raw, a, null)
            return (yield* t.read(root.raw)) === null ? 'exchanged' : 'kept'
          },
        ],
      },
      everywhere(['kept']),
    )
  })
})
