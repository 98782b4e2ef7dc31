import { describe, expect, it } from 'vitest'
import {
  allows,
  everywhere,
  explore,
  finds,
  inOrder,
  litmus,
  withFinal,
  type Body,
  type Vars,
} from './litmus.js'

// 16-byte pairs. An atomic pair access is single-copy atomic (Intel SDM 3A 9.1.1 with AVX, Armv8.4 LSE2, or
// cmpxchg16b); a plain one may be split by the compiler into two (include/qemu/int128.h structs).

const write: Body<Vars> = function* (t, v) {
  yield* t.writePair(v.x, v.y, 1, 1)
}
const writeTwo: Body<Vars> = function* (t, v) {
  yield* t.writePair(v.x, v.y, 2, 2)
}
const read: Body<Vars> = function* (t, v) {
  return yield* t.readPair(v.x, v.y)
}
const half: Body<Vars> = function* (t, v) {
  yield* t.write(v.x, 5)
}

describe('atomic pairs', () => {
  it('both words come from one store', () => {
    allows(litmus(write, read), everywhere(['0 0', '1 1']))
  })

  it('also when two stores compete', () => {
    allows(litmus(write, writeTwo, read), everywhere(['0 0', '1 1', '2 2']))
  })

  it('two words that are loaded one by one may be from different stores', () => {
    const single: Body<Vars> = function* (t, v) {
      const x = yield* t.read(v.x)
      return [x, yield* t.read(v.y)]
    }
    allows(litmus(write, single), {
      sc: ['0 0', '0 1', '1 1'],
      tso: ['0 0', '0 1', '1 1'],
      weak: ['0 0', '0 1', '1 0', '1 1'],
    })
  })

  it('a store to one half may be seen on top of any pair, but does not tear the pair', () => {
    // x=5 stands before or after the pair store, or alone; 1 0 and 0 1 are torn.
    const expected = ['0 0', '1 1', '5 0', '5 1']
    allows(litmus(write, half, read), everywhere(expected))
  })

  it('coherence holds for pairs: a second load is not older in either word', () => {
    const twice: Body<Vars> = function* (t, v) {
      const [a, b] = yield* t.readPair(v.x, v.y)
      const [c, d] = yield* t.readPair(v.x, v.y)
      return [a, b, c, d]
    }
    allows(litmus(write, twice), everywhere(['0 0 0 0', '0 0 1 1', '1 1 1 1']))
  })

  it('two pair stores are in one order for both words', () => {
    allows(
      withFinal(litmus(write, writeTwo), (v) => [v.x.value, v.y.value]),
      everywhere(['1 1', '2 2']),
    )
  })

  it('a pair that is stored in part before waits for the store buffer: no forwarding of a mixture', () => {
    // x86: a load that is only partly covered by a buffered store stalls until that store is in memory.
    const mixed: Body<Vars> = function* (t, v) {
      yield* t.write(v.x, 5)
      return yield* t.readPair(v.x, v.y)
    }
    allows(litmus(mixed), everywhere(['5 0']))
    allows(litmus(mixed, write), everywhere(['1 1', '5 0', '5 1']))
  })

  it('what was there together stays so: no pair is slipped in between the two words afterwards', () => {
    // P0 reads 5 and 0. Then the pair cannot have been before the 5, so memory must not end as 5 1.
    const mixed: Body<Vars> = function* (t, v) {
      yield* t.write(v.x, 5)
      return yield* t.readPair(v.x, v.y)
    }
    allows(
      withFinal(litmus(mixed, write), (v) => [v.x.value, v.y.value]),
      everywhere(['1 1 1 1', '5 0 1 1', '5 1 5 1']),
    )
  })

  it('nor between the halves of a read-modify-write', () => {
    const adds: Body<Vars> = function* (t, v) {
      return yield* t.fetchAdd(v.x, 10)
    }
    allows(
      withFinal(litmus(adds, write), (v) => [v.x.value, v.y.value]),
      everywhere(['0 1 1', '1 11 1']),
    )
  })

  it('its own buffered pair is forwarded whole, before others see it', () => {
    const own: Body<Vars> = function* (t, v) {
      yield* t.writePair(v.x, v.y, 1, 1)
      return yield* t.readPair(v.x, v.y)
    }
    expect(inOrder(litmus(own, read), 'tso', [0, 0, 1]).outcomes).toEqual(['1 1 0 0'])
  })

  it('writePair is relaxed, storeReleasePair a release', () => {
    const publish = (release: boolean): Body<Vars> =>
      function* (t, v) {
        yield* t.write(v.z, 1)
        if (release) yield* t.storeReleasePair(v.x, v.y, 1, 1)
        else yield* t.writePair(v.x, v.y, 1, 1)
      }
    const reader: Body<Vars> = function* (t, v) {
      const [x] = yield* t.readPair(v.x, v.y)
      yield* t.smpRmb()
      return [x, yield* t.read(v.z)]
    }
    const strong = ['0 0', '0 1', '1 1']
    allows(litmus(publish(true), reader), everywhere(strong))
    allows(litmus(publish(false), reader), { sc: strong, tso: strong, weak: [...strong, '1 0'] })
  })

  it('readPair is relaxed: it needs its fence', () => {
    const reader: Body<Vars> = function* (t, v) {
      const [x] = yield* t.readPair(v.x, v.y)
      return [x, yield* t.read(v.z)]
    }
    const publish: Body<Vars> = function* (t, v) {
      yield* t.write(v.z, 1)
      yield* t.storeReleasePair(v.x, v.y, 1, 1)
    }
    const strong = ['0 0', '0 1', '1 1']
    allows(litmus(publish, reader), { sc: strong, tso: strong, weak: [...strong, '1 0'] })
  })
})

describe('plain pairs', () => {
  const plainWrite: Body<Vars> = function* (t, v) {
    yield* t.plainWritePair(v.x, v.y, 1, 1)
  }
  const plainRead: Body<Vars> = function* (t, v) {
    yield* t.plainReadPair(v.x, v.y)
  }

  it('a plain load of an atomically stored pair is torn, and a data race', () => {
    finds(litmus(write, plainRead), everywhere(['data-race', 'torn-read']))
  })

  it('a plain store tears as well: an atomic load sees half of it', () => {
    expect(explore(litmus(plainWrite, read), 'sc').outcomes).toEqual(['0 0', '1 0', '1 1'])
    finds(litmus(plainWrite, read), everywhere(['data-race']))
  })

  it('plain on both sides', () => {
    finds(litmus(plainWrite, plainRead), everywhere(['data-race', 'torn-read']))
  })

  it('halves of two plain stores are told apart, even of two that were about to begin at the same step', () => {
    const other: Body<Vars> = function* (t, v) {
      yield* t.plainWritePair(v.x, v.y, 2, 2)
    }
    // P0 stores both, P1 its first half, P2 reads 2 and 1.
    const { violations } = inOrder(litmus(plainWrite, other, plainRead), 'sc', [0, 0, 1, 2, 2, 1])
    expect(violations).toEqual(['data-race', 'torn-read'])
  })

  it('under a lock nothing is torn', () => {
    const locked =
      (body: Body<Vars>): Body<Vars> =>
      (t, v) =>
        (function* () {
          yield* t.lock(t.machine.bql)
          yield* body(t, v)
          yield* t.unlock(t.machine.bql)
        })()
    finds(litmus(locked(plainWrite), locked(plainRead)), everywhere([]))
  })

  it('a store to one half on purpose is not a torn read', () => {
    const locked: Body<Vars> = function* (t, v) {
      yield* t.writePair(v.x, v.y, 1, 1)
      yield* t.write(v.x, 5)
      const [x, y] = yield* t.plainReadPair(v.x, v.y)
      return [x, y]
    }
    allows(litmus(locked), everywhere(['5 1']))
    const plain: Body<Vars> = function* (t, v) {
      yield* t.plainWritePair(v.x, v.y, 1, 1)
      yield* t.plainWrite(v.x, 5)
      const [x, y] = yield* t.plainReadPair(v.x, v.y)
      yield* t.writePair(v.x, v.y, 2, 2)
      yield* t.write(v.x, 6)
      return [x, y, ...(yield* t.plainReadPair(v.x, v.y))]
    }
    allows(litmus(plain), everywhere(['5 1 6 2']))
  })
})
