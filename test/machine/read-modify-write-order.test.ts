import { describe, it } from 'vitest'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import { allows, bits, everywhere, litmus, type Vars } from './litmus.js'

// What a read-modify-write orders, and what it carries on (include/qemu/atomic.h; LKMM; C11 5.1.2.4).

describe('the order that a read-modify-write makes', () => {
  // SB with an operation on a third variable in between: registers are what the two threads read.
  const between = (op: (t: Thread, v: Vars) => Coroutine<unknown>) => {
    const side = (mine: 'x' | 'y', other: 'x' | 'y') =>
      function* (t: Thread, v: Vars): Coroutine<number> {
        yield* t.write(v[mine], 1)
        yield* op(t, v)
        return yield* t.read(v[other])
      }
    return litmus(side('x', 'y'), side('y', 'x'))
  }
  const STRONG = bits(2, '0 0')

  it('a cmpxchg that fails is no fence under weak; x86 locks the bus either way', () => {
    allows(
      between(function* (t, v) {
        yield* t.cmpxchg(v.z, 7, 8)
      }),
      { sc: STRONG, tso: STRONG, weak: bits(2) },
    )
  })

  it('a cmpxchg that succeeds is a full one', () => {
    allows(
      between(function* (t, v) {
        yield* t.cmpxchg(v.z, yield* t.read(v.z), 8)
      }),
      // One that finds 8 where it read 0 fails; but then it acquires the 8, and that orders the two as well.
      everywhere(STRONG),
    )
  })

  it('it reads nothing that a full fence of another thread has put out of date', () => {
    // SB with the read-modify-write in the place of the load. Registers: y in P0, x in P1.
    allows(
      litmus(
        function* (t, v) {
          yield* t.write(v.x, 1)
          yield* t.smpMb()
          return yield* t.read(v.y)
        },
        function* (t, v) {
          yield* t.write(v.y, 1)
          return yield* t.fetchAdd(v.x, 10)
        },
      ),
      everywhere(STRONG),
    )
  })

  it('KNOWN LIMIT: orders relaxed accesses on both sides, as in the kernel; QEMU asks for smp_mb__after_rmw', () => {
    // C11 seq_cst on arm64 does not keep `xchg(x); read(y)` in order; include/qemu/atomic.h has
    // smp_mb__before_rmw and smp_mb__after_rmw for that. The machine does not show that reordering.
    allows(
      litmus(
        function* (t, v) {
          yield* t.xchg(v.x, 1)
          return yield* t.read(v.y)
        },
        function* (t, v) {
          yield* t.xchg(v.y, 1)
          return yield* t.read(v.x)
        },
      ),
      everywhere(STRONG),
    )
  })
})

describe('release sequences', () => {
  // P0 releases flag=1 after x=1; something stores to flag again; P2 acquires that. Registers: flag, x.
  it('go through a read-modify-write of another thread (C11 5.1.2.4p10)', () => {
    const expected = ['0 0', '0 1', '1 1', '10 0', '10 1', '11 1']
    allows(
      litmus(
        function* (t, v) {
          yield* t.write(v.x, 1)
          yield* t.storeRelease(v.flag, 1)
        },
        function* (t, v) {
          yield* t.fetchAdd(v.flag, 10)
        },
        function* (t, v) {
          const flag = yield* t.loadAcquire(v.flag)
          return [flag, yield* t.read(v.x)]
        },
      ),
      everywhere(expected),
    )
  })

  it('are broken by a relaxed store of the same thread (C++20 and LKMM; C11 and RC11 let it continue)', () => {
    allows(
      litmus(
        function* (t, v) {
          yield* t.write(v.x, 1)
          yield* t.storeRelease(v.flag, 1)
          yield* t.write(v.flag, 2)
        },
        function* (t, v) {
          const flag = yield* t.loadAcquire(v.flag)
          return [flag, yield* t.read(v.x)]
        },
      ),
      {
        sc: ['0 0', '0 1', '1 1', '2 1'],
        tso: ['0 0', '0 1', '1 1', '2 1'],
        weak: ['0 0', '0 1', '1 1', '2 0', '2 1'],
      },
    )
  })
})
