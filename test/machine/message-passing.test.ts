import { describe, it } from 'vitest'
import { allows, bits, litmus, type Body, type Vars } from './litmus.js'

// MP: a writer fills `x` and raises `flag`; a reader that sees the flag asks for `x`. Registers: flag, x.
// `1 0` is the stale read. It takes an ordering on both sides to forbid it (RC11; LKMM: MP+pooncerelease+
// poacquireonce, MP+fencewmbonceonce+fencermbonceonce). x86 keeps store-store and load-load order by itself.
const ALL = bits(2)
const NEVER_STALE = bits(2, '1 0')

const writers: Record<string, Body<Vars>> = {
  relaxed: function* (t, v) {
    yield* t.write(v.x, 1)
    yield* t.write(v.flag, 1)
  },
  storeRelease: function* (t, v) {
    yield* t.write(v.x, 1)
    yield* t.storeRelease(v.flag, 1)
  },
  smpWmb: function* (t, v) {
    yield* t.write(v.x, 1)
    yield* t.smpWmb()
    yield* t.write(v.flag, 1)
  },
  smpMb: function* (t, v) {
    yield* t.write(v.x, 1)
    yield* t.smpMb()
    yield* t.write(v.flag, 1)
  },
  xchg: function* (t, v) {
    yield* t.write(v.x, 1)
    yield* t.xchg(v.flag, 1)
  },
  'smpRmb (of no use to stores)': function* (t, v) {
    yield* t.write(v.x, 1)
    yield* t.smpRmb()
    yield* t.write(v.flag, 1)
  },
  'smpWmb too early': function* (t, v) {
    yield* t.smpWmb()
    yield* t.write(v.x, 1)
    yield* t.write(v.flag, 1)
  },
  'storeRelease of the data': function* (t, v) {
    yield* t.storeRelease(v.x, 1)
    yield* t.write(v.flag, 1)
  },
}

const readers: Record<string, Body<Vars>> = {
  relaxed: function* (t, v) {
    const flag = yield* t.read(v.flag)
    return [flag, yield* t.read(v.x)]
  },
  loadAcquire: function* (t, v) {
    const flag = yield* t.loadAcquire(v.flag)
    return [flag, yield* t.read(v.x)]
  },
  smpRmb: function* (t, v) {
    const flag = yield* t.read(v.flag)
    yield* t.smpRmb()
    return [flag, yield* t.read(v.x)]
  },
  smpMb: function* (t, v) {
    const flag = yield* t.read(v.flag)
    yield* t.smpMb()
    return [flag, yield* t.read(v.x)]
  },
  'fetchAdd of 0': function* (t, v) {
    const flag = yield* t.fetchAdd(v.flag, 0)
    return [flag, yield* t.read(v.x)]
  },
  // A failed compare is an acquire load in QEMU (C11 seq_cst on failure); the kernel promises less.
  'failed cmpxchg': function* (t, v) {
    const flag = yield* t.cmpxchg(v.flag, 7, 8)
    return [flag, yield* t.read(v.x)]
  },
  'smpWmb (of no use to loads)': function* (t, v) {
    const flag = yield* t.read(v.flag)
    yield* t.smpWmb()
    return [flag, yield* t.read(v.x)]
  },
  'smpRmb too early': function* (t, v) {
    yield* t.smpRmb()
    const flag = yield* t.read(v.flag)
    return [flag, yield* t.read(v.x)]
  },
  'rcuDereference of the flag': function* (t, v) {
    const flag = yield* t.rcuDereference(v.flag)
    return [flag, yield* t.read(v.x)]
  },
  'loadAcquire of the data': function* (t, v) {
    const flag = yield* t.read(v.flag)
    return [flag, yield* t.loadAcquire(v.x)]
  },
}

const RELEASING = ['storeRelease', 'smpWmb', 'smpMb', 'xchg']
const ACQUIRING = ['loadAcquire', 'smpRmb', 'smpMb', 'fetchAdd of 0', 'failed cmpxchg']

describe('message passing (MP)', () => {
  for (const [writer, write] of Object.entries(writers))
    for (const [reader, read] of Object.entries(readers)) {
      const ordered = RELEASING.includes(writer) && ACQUIRING.includes(reader)
      it(`${writer} to ${reader}: ${ordered ? 'never stale' : 'stale under weak'}`, () => {
        allows(litmus(write, read), { sc: NEVER_STALE, tso: NEVER_STALE, weak: ordered ? NEVER_STALE : ALL })
      })
    }

  it('an acquire that reads another store than the released one learns nothing from it', () => {
    // C11: no synchronizes-with. Registers: flag, x; flag 2 comes from a relaxed store of a third thread.
    allows(
      litmus(
        function* (t, v) {
          yield* t.write(v.x, 1)
          yield* t.storeRelease(v.flag, 1)
        },
        function* (t, v) {
          yield* t.write(v.flag, 2)
        },
        function* (t, v) {
          const flag = yield* t.loadAcquire(v.flag)
          return [flag, yield* t.read(v.x)]
        },
      ),
      {
        sc: ['0 0', '0 1', '1 1', '2 0', '2 1'],
        tso: ['0 0', '0 1', '1 1', '2 0', '2 1'],
        weak: ['0 0', '0 1', '1 1', '2 0', '2 1'],
      },
    )
  })

  it('an acquire learns what came before the release, not what came after it', () => {
    // Joining more than the message carries would hide bugs.
    allows(
      litmus(
        function* (t, v) {
          yield* t.storeRelease(v.flag, 1)
          yield* t.write(v.y, 1)
        },
        function* (t, v) {
          const flag = yield* t.loadAcquire(v.flag)
          return [flag, yield* t.read(v.y)]
        },
      ),
      { sc: ALL, tso: ALL, weak: ALL },
    )
  })

  it('events: waitUntil acquires what it waited for', () => {
    allows(
      litmus(writers['storeRelease'] as Body<Vars>, function* (t, v) {
        const flag = yield* t.waitUntil(v.flag, (f) => f === 1)
        return [flag, yield* t.read(v.x)]
      }),
      { sc: ['1 1'], tso: ['1 1'], weak: ['1 1'] },
    )
    allows(
      litmus(writers['relaxed'] as Body<Vars>, function* (t, v) {
        const flag = yield* t.waitUntil(v.flag, (f) => f === 1)
        return [flag, yield* t.read(v.x)]
      }),
      { sc: ['1 1'], tso: ['1 1'], weak: ['1 0', '1 1'] },
    )
  })
})
