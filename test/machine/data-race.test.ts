import { describe, expect, it } from 'vitest'
import { allows, everywhere, explore, finds, inOrder, litmus, type Body, type Vars } from './litmus.js'

// Data races (C11 5.1.2.4p25; LKMM "plain accesses"): two accesses to one location, at least one a store and
// at least one plain, neither happening before the other.

const accesses: Record<string, Body<Vars>> = {
  plainRead: function* (t, v) {
    yield* t.plainRead(v.x)
  },
  plainWrite: function* (t, v) {
    yield* t.plainWrite(v.x, 1)
  },
  read: function* (t, v) {
    yield* t.read(v.x)
  },
  write: function* (t, v) {
    yield* t.write(v.x, 2)
  },
  loadAcquire: function* (t, v) {
    yield* t.loadAcquire(v.x)
  },
  storeRelease: function* (t, v) {
    yield* t.storeRelease(v.x, 3)
  },
  fetchAdd: function* (t, v) {
    yield* t.fetchAdd(v.x, 1)
  },
}
const isPlain = (name: string): boolean => name.startsWith('plain')
const stores = (name: string): boolean => ['plainWrite', 'write', 'storeRelease', 'fetchAdd'].includes(name)

describe('conflicting accesses without order', () => {
  for (const [a, first] of Object.entries(accesses))
    for (const [b, second] of Object.entries(accesses)) {
      const races = (isPlain(a) || isPlain(b)) && (stores(a) || stores(b))
      it(`${a} and ${b}: ${races ? 'a race in either order' : 'no race'}`, () => {
        const expected = races ? ['data-race'] : []
        finds(litmus(first, second), everywhere(expected))
        for (const model of ['sc', 'weak'] as const) {
          expect(inOrder(litmus(first, second), model, [0, 1]).violations).toEqual(expected)
          expect(inOrder(litmus(first, second), model, [1, 0]).violations).toEqual(expected)
        }
      })
    }
})

describe('who is named', () => {
  it('only pairs of which one access is plain: the two stores here are both atomic', () => {
    const both: Body<Vars> = function* (t, v) {
      yield* t.plainRead(v.x)
      yield* t.write(v.x, 1)
    }
    const other: Body<Vars> = function* (t, v) {
      yield* t.write(v.x, 2)
    }
    for (const model of ['sc', 'tso', 'weak'] as const)
      expect(explore(litmus(both, other), model).signatures).toEqual(['data-race:Vars.x:P0 read:P1 write'])
  })

  it('everybody who races, not only the first', () => {
    const test = litmus(
      function* (t, v) {
        yield* t.plainRead(v.x)
      },
      function* (t, v) {
        yield* t.plainRead(v.x)
      },
      function* (t, v) {
        yield* t.write(v.x, 1)
      },
    )
    expect(inOrder(test, 'sc', [0, 1, 2]).signatures).toEqual([
      'data-race:Vars.x:P0 read:P2 write',
      'data-race:Vars.x:P1 read:P2 write',
    ])
  })
})

describe('order between plain accesses', () => {
  const write: Body<Vars> = function* (t, v) {
    yield* t.plainWrite(v.x, 1)
    yield* t.storeRelease(v.flag, 1)
  }
  const reader = (acquire: boolean): Body<Vars> =>
    function* (t, v) {
      const flag = acquire ? yield* t.loadAcquire(v.flag) : yield* t.read(v.flag)
      return flag ? yield* t.plainRead(v.x) : 'early'
    }

  it('release and acquire, if the acquire reads from the release', () => {
    allows(litmus(write, reader(true)), everywhere(['1', 'early']))
  })

  it('a relaxed load is not enough under weak', () => {
    finds(litmus(write, reader(false)), { sc: [], tso: [], weak: ['data-race'] })
  })

  it('a relaxed store is not enough under weak', () => {
    const relaxed: Body<Vars> = function* (t, v) {
      yield* t.plainWrite(v.x, 1)
      yield* t.write(v.flag, 1)
    }
    finds(litmus(relaxed, reader(true)), { sc: [], tso: [], weak: ['data-race'] })
  })

  it('a plain flag is none, in any model, nor is one that is read plainly, nor one behind a fence', () => {
    // The flag races, of course; but x does as well, which an order through the flag would hide.
    const writer = (fence: boolean, plain: boolean): Body<Vars> =>
      function* (t, v) {
        yield* t.plainWrite(v.x, 1)
        if (fence) yield* t.smpWmb()
        if (plain) yield* t.plainWrite(v.flag, 1)
        else yield* t.storeRelease(v.flag, 1)
      }
    const plainReader: Body<Vars> = function* (t, v) {
      const flag = yield* t.plainRead(v.flag)
      yield* t.smpRmb()
      if (flag) yield* t.plainRead(v.x)
    }
    for (const model of ['sc', 'tso', 'weak'] as const)
      for (const [writes, reads] of [
        [writer(false, true), reader(true)],
        [writer(true, true), reader(true)],
        [writer(false, false), plainReader],
      ] as const)
        expect(explore(litmus(writes, reads), model).signatures).toContain(
          'data-race:Vars.x:P0 write:P1 read',
        )
  })

  it('fences with relaxed accesses', () => {
    const fenced: Body<Vars> = function* (t, v) {
      yield* t.plainWrite(v.x, 1)
      yield* t.smpWmb()
      yield* t.write(v.flag, 1)
    }
    const fencedReader: Body<Vars> = function* (t, v) {
      const flag = yield* t.read(v.flag)
      yield* t.smpRmb()
      return flag ? yield* t.plainRead(v.x) : 'early'
    }
    allows(litmus(fenced, fencedReader), everywhere(['1', 'early']))
  })

  it('a chain through a third thread', () => {
    const passes: Body<Vars> = function* (t, v) {
      if (yield* t.loadAcquire(v.flag)) yield* t.storeRelease(v.z, 1)
    }
    const last: Body<Vars> = function* (t, v) {
      return (yield* t.loadAcquire(v.z)) ? yield* t.plainRead(v.x) : 'early'
    }
    allows(litmus(write, passes, last), everywhere(['1', 'early']))
  })

  it('a store after the release races with the acquirer', () => {
    const late: Body<Vars> = function* (t, v) {
      yield* t.storeRelease(v.flag, 1)
      yield* t.plainWrite(v.x, 1)
    }
    finds(litmus(late, reader(true)), everywhere(['data-race']))
  })

  it('a read that is not ordered before a later plain store races, although it came first', () => {
    // The reader is done; the writer learns nothing of it.
    const read: Body<Vars> = function* (t, v) {
      yield* t.plainRead(v.x)
    }
    const later: Body<Vars> = function* (t, v) {
      yield* t.plainWrite(v.x, 1)
    }
    expect(inOrder(litmus(read, later), 'weak', [0, 1]).violations).toEqual(['data-race'])
  })

  it('an early plain access of another execution does not count', () => {
    // The first executions of the search access x plainly, the later ones must not remember.
    const maybe: Body<Vars> = function* (t, v) {
      if ((yield* t.read(v.flag)) === 0) yield* t.plainRead(v.y)
      else yield* t.write(v.x, 1)
    }
    const other: Body<Vars> = function* (t, v) {
      yield* t.write(v.flag, 1)
      yield* t.write(v.x, 2)
    }
    finds(litmus(maybe, other), everywhere([]))
  })
})
