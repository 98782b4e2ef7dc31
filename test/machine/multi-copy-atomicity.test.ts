import { describe, it } from 'vitest'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import { allows, bits, litmus, type Body, type Vars } from './litmus.js'

// Three and more threads: does a store reach all other threads at once? x86 is multi-copy atomic (x86-TSO),
// C11 and POWER are not; release and acquire are cumulative through what is read (RC11: sw in hb).

type Load = (t: Thread, v: Vars, name: 'x' | 'y' | 'z') => Coroutine<number>
type Store = (t: Thread, v: Vars, name: 'x' | 'y' | 'z') => Coroutine<void>
const read: Load = function* (t, v, name) {
  return yield* t.read(v[name])
}
const acquire: Load = function* (t, v, name) {
  return yield* t.loadAcquire(v[name])
}
const readRmb: Load = function* (t, v, name) {
  const value = yield* t.read(v[name])
  yield* t.smpRmb()
  return value
}
const readMb: Load = function* (t, v, name) {
  const value = yield* t.read(v[name])
  yield* t.smpMb()
  return value
}
const write: Store = function* (t, v, name) {
  yield* t.write(v[name], 1)
}
const release: Store = function* (t, v, name) {
  yield* t.storeRelease(v[name], 1)
}
const wmbWrite: Store = function* (t, v, name) {
  yield* t.smpWmb()
  yield* t.write(v[name], 1)
}

const storesX: Body<Vars> = function* (t, v) {
  yield* t.write(v.x, 1)
}

describe('IRIW: independent reads of independent writes', () => {
  const observer = (first: 'x' | 'y', second: 'x' | 'y', load: Load): Body<Vars> =>
    function* (t, v) {
      const a = yield* load(t, v, first)
      return [a, yield* t.read(v[second])]
    }
  const test = (load: Load, store: Store = write) =>
    litmus(
      function* (t, v) {
        yield* store(t, v, 'x')
      },
      function* (t, v) {
        yield* store(t, v, 'y')
      },
      observer('x', 'y', load),
      observer('y', 'x', load),
    )
  const ALL = bits(4)
  const AGREED = bits(4, '1 0 1 0')

  it('the observers may disagree under weak', () => {
    allows(test(read), { sc: AGREED, tso: AGREED, weak: ALL })
  })

  it('release and acquire do not make them agree (RC11; LKMM: IRIW+poonceonces+OnceOnce kin)', () => {
    allows(test(acquire, release), { sc: AGREED, tso: AGREED, weak: ALL })
  })

  it('nor does smpRmb', () => {
    allows(test(readRmb), { sc: AGREED, tso: AGREED, weak: ALL })
  })

  it('smpMb in both observers does (LKMM: IRIW+fencembonceonces+OnceOnce)', () => {
    allows(test(readMb), { sc: AGREED, tso: AGREED, weak: AGREED })
  })
})

describe('WRC: write-to-read causality', () => {
  // P0: x=1. P1: reads x, stores y. P2: reads y, reads x. Registers: x in P1; y, x in P2.
  const test = (store: Store, load: Load) =>
    litmus(
      storesX,
      function* (t, v) {
        const x = yield* t.read(v.x)
        yield* store(t, v, 'y')
        return x
      },
      function* (t, v) {
        const y = yield* load(t, v, 'y')
        return [y, yield* t.read(v.x)]
      },
    )
  const ALL = bits(3)
  const CAUSAL = bits(3, '1 1 0')

  it('1 1 0 is seen under weak (LKMM: WRC+poonceonces+Once)', () => {
    allows(test(write, read), { sc: CAUSAL, tso: CAUSAL, weak: ALL })
  })

  it('is forbidden by storeRelease and loadAcquire: reads are covered by a release too', () => {
    allows(test(release, acquire), { sc: CAUSAL, tso: CAUSAL, weak: CAUSAL })
  })

  it('is forbidden by fences (LKMM: WRC+pooncerelease+fencermbonceonce+Once)', () => {
    allows(test(release, readRmb), { sc: CAUSAL, tso: CAUSAL, weak: CAUSAL })
    allows(test(wmbWrite, readRmb), { sc: CAUSAL, tso: CAUSAL, weak: CAUSAL })
  })

  it('is not forbidden by one half', () => {
    allows(test(release, read), { sc: CAUSAL, tso: CAUSAL, weak: ALL })
    allows(test(write, acquire), { sc: CAUSAL, tso: CAUSAL, weak: ALL })
  })
})

describe('ISA2: a chain of two messages', () => {
  // P0: x=1, y=1. P1: reads y, stores z. P2: reads z, reads x. Registers: y; z, x.
  const test = (first: Store, middle: Load, second: Store, last: Load) =>
    litmus(
      function* (t, v) {
        yield* t.write(v.x, 1)
        yield* first(t, v, 'y')
      },
      function* (t, v) {
        const y = yield* middle(t, v, 'y')
        yield* second(t, v, 'z')
        return y
      },
      function* (t, v) {
        const z = yield* last(t, v, 'z')
        return [z, yield* t.read(v.x)]
      },
    )
  const ALL = bits(3)
  const CAUSAL = bits(3, '1 1 0')

  it('1 1 0 is seen under weak', () => {
    allows(test(write, read, write, read), { sc: CAUSAL, tso: CAUSAL, weak: ALL })
  })

  it('is forbidden by release-acquire on both links (LKMM: ISA2+pooncerelease+poacquirerelease+poacquireonce)', () => {
    allows(test(release, acquire, release, acquire), { sc: CAUSAL, tso: CAUSAL, weak: CAUSAL })
  })

  it('is forbidden by fences on both links', () => {
    allows(test(wmbWrite, readRmb, wmbWrite, readRmb), { weak: CAUSAL })
  })

  it('is not forbidden when the middle load is relaxed', () => {
    // RC11: it does not synchronize, so the release after it passes nothing on but the read of y itself.
    // (LKMM and hardware forbid it, A-cumulativity; the machine follows C11 here.)
    allows(test(release, read, release, acquire), { sc: CAUSAL, tso: CAUSAL, weak: ALL })
  })

  it('is forbidden by a read-modify-write as the second link: it is a fence on its near side, too', () => {
    allows(
      litmus(
        function* (t, v) {
          yield* t.write(v.x, 1)
          yield* t.storeRelease(v.y, 1)
        },
        function* (t, v) {
          const y = yield* t.read(v.y)
          yield* t.xchg(v.z, 1)
          return y
        },
        function* (t, v) {
          const z = yield* t.loadAcquire(v.z)
          return [z, yield* t.read(v.x)]
        },
      ),
      { sc: CAUSAL, tso: CAUSAL, weak: CAUSAL },
    )
  })

  it('is forbidden by a read-modify-write in the middle', () => {
    allows(
      litmus(
        function* (t, v) {
          yield* t.write(v.x, 1)
          yield* t.storeRelease(v.y, 1)
        },
        function* (t, v) {
          const y = yield* t.fetchAdd(v.y, 2)
          yield* t.write(v.z, 1)
          return y
        },
        function* (t, v) {
          const z = yield* t.loadAcquire(v.z)
          return [z, yield* t.read(v.x)]
        },
      ),
      { sc: CAUSAL, tso: CAUSAL, weak: CAUSAL },
    )
  })
})
