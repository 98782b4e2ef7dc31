import { describe, it } from 'vitest'
import type { Cell, Coroutine, Mutex, Thread } from '#harness/machine/index.js'
import { allows, bits, litmus, Vars, type Body } from './litmus.js'

// SB: each thread stores one variable and loads the other. `0 0` is what a store buffer shows (x86-TSO, Sewell
// et al., CACM 2010, example SB), and what only a full fence between store and load forbids (LKMM:
// SB+fencembonceonces; RC11: psc).
const ALL = bits(2)
const NOT_BOTH_OLD = bits(2, '0 0')

type Between = (t: Thread, v: Vars) => Coroutine<unknown>

function storeBuffering(between: Between) {
  const side = (mine: 'x' | 'y', other: 'x' | 'y') =>
    function* (t: Thread, v: Vars): Coroutine<number> {
      yield* t.write(v[mine], 1)
      yield* between(t, v)
      return yield* t.read(v[other])
    }
  return litmus(side('x', 'y'), side('y', 'x'))
}

describe('store buffering (SB)', () => {
  it('is seen under tso and weak, not under sc', () => {
    allows(
      storeBuffering(function* () {}),
      { sc: NOT_BOTH_OLD, tso: ALL, weak: ALL },
    )
  })

  it('is forbidden by smpMb in every model', () => {
    allows(
      storeBuffering(function* (t) {
        yield* t.smpMb()
      }),
      { sc: NOT_BOTH_OLD, tso: NOT_BOTH_OLD, weak: NOT_BOTH_OLD },
    )
  })

  it('is not forbidden by smpWmb: no store-load order (LKMM smp_wmb; C11 release fence)', () => {
    allows(
      storeBuffering(function* (t) {
        yield* t.smpWmb()
      }),
      { sc: NOT_BOTH_OLD, tso: ALL, weak: ALL },
    )
  })

  it('is not forbidden by smpRmb', () => {
    allows(
      storeBuffering(function* (t) {
        yield* t.smpRmb()
      }),
      { sc: NOT_BOTH_OLD, tso: ALL, weak: ALL },
    )
  })

  it('is not forbidden by smpMb on one side only', () => {
    allows(
      litmus(
        function* (t, v) {
          yield* t.write(v.x, 1)
          yield* t.smpMb()
          return yield* t.read(v.y)
        },
        function* (t, v) {
          yield* t.write(v.y, 1)
          return yield* t.read(v.x)
        },
      ),
      { sc: NOT_BOTH_OLD, tso: ALL, weak: ALL },
    )
  })

  it('is not forbidden by release stores and acquire loads (RC11: no psc edge)', () => {
    const side = (mine: (v: Vars) => Cell<number>, other: (v: Vars) => Cell<number>) =>
      function* (t: Thread, v: Vars): Coroutine<number> {
        yield* t.storeRelease(mine(v), 1)
        return yield* t.loadAcquire(other(v))
      }
    const x = (v: Vars): Cell<number> => v.x
    const y = (v: Vars): Cell<number> => v.y
    allows(litmus(side(x, y), side(y, x)), { sc: NOT_BOTH_OLD, tso: ALL, weak: ALL })
  })

  it('is forbidden by an atomic read-modify-write of anything in between (QEMU: seq_cst; LKMM: fully ordered)', () => {
    // x86 locked instructions drain the buffer; under weak they are a full fence on both sides.
    allows(
      storeBuffering(function* (t, v) {
        yield* t.fetchAdd(v.z, 1)
      }),
      { sc: NOT_BOTH_OLD, tso: NOT_BOTH_OLD, weak: NOT_BOTH_OLD },
    )
  })

  it('is not forbidden by a critical section in between, but for the locked instruction of x86', () => {
    // RC11 and LKMM: the store may sink into the section, and the load may rise into it. Under tso, taking
    // the lock drains the buffer.
    const side = (mine: 'x' | 'y', other: 'x' | 'y', mutex: 'a' | 'b'): Body<Locked> =>
      function* (t, { v, ...locks }) {
        yield* t.write(v[mine], 1)
        yield* t.lock(locks[mutex])
        yield* t.unlock(locks[mutex])
        return yield* t.read(v[other])
      }
    allows(
      {
        setup: (m): Locked => ({ v: m.global(Vars, 'v'), a: m.mutex('a'), b: m.mutex('b') }),
        threads: [side('x', 'y', 'a'), side('y', 'x', 'b')],
      },
      { sc: NOT_BOTH_OLD, tso: NOT_BOTH_OLD, weak: ALL },
    )
  })

  it('is forbidden by waiting for an event under tso (a locked instruction); under weak that only acquires', () => {
    allows(
      storeBuffering(function* (t, v) {
        yield* t.waitUntil(v.z, (z) => z === 0)
      }),
      { sc: NOT_BOTH_OLD, tso: NOT_BOTH_OLD, weak: ALL },
    )
  })

  it('is not forbidden by the unlock alone: on x86 it is a store like any other', () => {
    const side = (mine: 'x' | 'y', other: 'x' | 'y', mutex: 'a' | 'b'): Body<Locked> =>
      function* (t, { v, ...locks }) {
        yield* t.lock(locks[mutex])
        yield* t.write(v[mine], 1)
        yield* t.unlock(locks[mutex])
        return yield* t.read(v[other])
      }
    allows(
      {
        setup: (m): Locked => ({ v: m.global(Vars, 'v'), a: m.mutex('a'), b: m.mutex('b') }),
        threads: [side('x', 'y', 'a'), side('y', 'x', 'b')],
      },
      { sc: NOT_BOTH_OLD, tso: ALL, weak: ALL },
    )
  })
})

interface Locked {
  v: Vars
  a: Mutex
  b: Mutex
}
