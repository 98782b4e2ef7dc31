import { describe, expect, it } from 'vitest'
import type { Coroutine, Machine, Mutex, Thread } from '#harness/machine/index.js'
import { allows, everywhere, explore, finds, Node, Vars, type Body } from './litmus.js'

// Mutexes: C11 7.26.4, pthread_mutex_lock, LKMM explanation.txt "Locking". Lock acquires, unlock releases.
interface Env {
  v: Vars
  a: Mutex
  b: Mutex
}
const setup = (m: Machine): Env => ({ v: m.global(Vars, 'v'), a: m.mutex('a'), b: m.mutex('b') })

const increment = (mutex: 'a' | 'b'): Body<Env> =>
  function* (t, { v, ...locks }) {
    yield* t.lock(locks[mutex])
    yield* t.plainWrite(v.x, (yield* t.plainRead(v.x)) + 1)
    yield* t.unlock(locks[mutex])
  }

describe('mutual exclusion', () => {
  it('plain accesses under one mutex do not race, and no update is lost', () => {
    allows(
      { setup, threads: [increment('a'), increment('a')], final: ({ v }) => v.x.value },
      everywhere(['2']),
    )
  })

  it('different mutexes exclude nobody', () => {
    finds({ setup, threads: [increment('a'), increment('b')] }, everywhere(['data-race']))
    const { outcomes } = explore(
      { setup, threads: [increment('a'), increment('b')], final: ({ v }) => v.x.value },
      'sc',
    )
    expect(outcomes).toEqual(['1', '2'])
  })

  it('a mutex that one side does not take excludes nobody', () => {
    const careless: Body<Env> = function* (t, { v }) {
      yield* t.plainWrite(v.x, 5)
    }
    finds({ setup, threads: [increment('a'), careless] }, everywhere(['data-race']))
  })

  it('three threads, one after the other', () => {
    const claim: Body<Env> = function* (t, { v, a }) {
      yield* t.lock(a)
      const x = yield* t.read(v.x)
      yield* t.write(v.x, x + 1)
      yield* t.unlock(a)
      return x
    }
    const orders = ['0 1 2', '0 2 1', '1 0 2', '1 2 0', '2 0 1', '2 1 0']
    allows({ setup, threads: [claim, claim, claim] }, { sc: orders, weak: orders })
  })
})

describe('the order that critical sections make', () => {
  const writes = (mutex: 'a' | 'b'): Body<Env> =>
    function* (t, { v, ...locks }) {
      yield* t.write(v.x, 1)
      yield* t.lock(locks[mutex])
      yield* t.write(v.flag, 1)
      yield* t.unlock(locks[mutex])
    }
  const reads = (mutex: 'a' | 'b'): Body<Env> =>
    function* (t, { v, ...locks }) {
      yield* t.lock(locks[mutex])
      const flag = yield* t.read(v.flag)
      yield* t.unlock(locks[mutex])
      return [flag, yield* t.read(v.x)]
    }

  it('what comes before the unlock is seen after the next lock', () => {
    allows({ setup, threads: [writes('a'), reads('a')] }, everywhere(['0 0', '0 1', '1 1']))
  })

  it('not with another mutex', () => {
    const strong = ['0 0', '0 1', '1 1']
    allows(
      { setup, threads: [writes('a'), reads('b')] },
      { sc: strong, tso: strong, weak: [...strong, '1 0'] },
    )
  })

  it('what comes after the unlock is not covered by it', () => {
    // Registers: flag, x; x is stored after the section.
    const late: Body<Env> = function* (t, { v, a }) {
      yield* t.lock(a)
      yield* t.write(v.flag, 1)
      yield* t.unlock(a)
      yield* t.plainWrite(v.x, 1)
    }
    const early: Body<Env> = function* (t, { v, a }) {
      yield* t.lock(a)
      yield* t.read(v.flag)
      yield* t.unlock(a)
      yield* t.plainRead(v.x)
    }
    finds({ setup, threads: [late, early] }, everywhere(['data-race']))
  })

  it('unlock and lock of one thread order its stores before a pointer (LKMM: po-unlock-lock-po)', () => {
    interface Pointers {
      root: Node
      x: Node
      a: Mutex
    }
    const publish = (again: boolean): Body<Pointers> =>
      function* (t, { root, x, a }) {
        yield* t.lock(a)
        yield* t.write(x.data, 1)
        if (again) {
          yield* t.unlock(a)
          yield* t.lock(a)
        }
        yield* t.write(root.raw, x)
        yield* t.unlock(a)
      }
    const read: Body<Pointers> = function* (t, { root }) {
      const p = yield* t.rcuDereference(root.raw)
      return p ? yield* t.read(p.data) : 'null'
    }
    const pointers = (m: Machine): Pointers => ({
      root: m.global(Node, 'root'),
      x: m.global(Node, 'X'),
      a: m.mutex('a'),
    })
    allows({ setup: pointers, threads: [publish(true), read] }, everywhere(['1', 'null']))
    allows(
      { setup: pointers, threads: [publish(false), read] },
      { sc: ['1', 'null'], tso: ['1', 'null'], weak: ['0', '1', 'null'] },
    )
  })
})

describe('misuse and deadlock', () => {
  it('unlocking what another thread holds is misuse, and does not unlock', () => {
    // P1 still cannot enter: the plain accesses do not race.
    const stranger: Body<Env> = function* (t, { a }) {
      yield* t.unlock(a)
    }
    finds({ setup, threads: [increment('a'), increment('a'), stranger] }, { sc: ['lock-misuse'] })
  })

  it('unlocking what nobody holds is misuse', () => {
    finds({ setup, threads: [(t, { a }) => unlocks(t, a)] }, everywhere(['lock-misuse']))
  })

  it('locking what the thread holds already never returns', () => {
    const twice: Body<Env> = function* (t, { a }) {
      yield* t.lock(a)
      yield* t.lock(a)
    }
    finds({ setup, threads: [twice] }, everywhere(['deadlock']))
  })

  it('two threads that lock two mutexes in opposite orders deadlock; in the same order they do not', () => {
    const both = (first: 'a' | 'b', second: 'a' | 'b'): Body<Env> =>
      function* (t, env) {
        yield* t.lock(env[first])
        yield* t.lock(env[second])
        yield* t.unlock(env[second])
        yield* t.unlock(env[first])
      }
    finds({ setup, threads: [both('a', 'b'), both('b', 'a')] }, everywhere(['deadlock']))
    finds({ setup, threads: [both('a', 'b'), both('a', 'b')] }, everywhere([]))
  })

  it('a thread that ends without unlocking blocks the next one', () => {
    const keeps: Body<Env> = function* (t, { a }) {
      yield* t.lock(a)
    }
    finds({ setup, threads: [keeps, increment('a')] }, everywhere(['deadlock']))
  })

  it('waiting for an event that nobody raises is a deadlock', () => {
    const waits: Body<Env> = function* (t, { v }) {
      yield* t.waitUntil(v.flag, (f) => f === 1)
    }
    finds({ setup, threads: [waits] }, everywhere(['deadlock']))
  })

  it('a deadlock without a circle is told by the thread that nobody else keeps, not by its victims', () => {
    const keepsAndWaits: Body<Env> = function* (t, { v, a }) {
      yield* t.lock(a)
      yield* t.waitUntil(v.flag, (f) => f === 1)
    }
    const management: Body<Env> = function* (t) {
      yield* t.waitFor('an event', () => false)
    }
    const { signatures } = explore({ setup, threads: [keepsAndWaits, increment('a'), management] }, 'sc')
    expect(signatures).toEqual(['deadlock:P0 waitUntil'])
    expect(explore({ setup, threads: [management] }, 'sc').signatures).toEqual(['deadlock:P0 waitFor'])
    const waitsInside: Body<Env> = function* (t, { v }) {
      yield* t.rcuReadLock()
      yield* t.waitUntil(v.flag, (f) => f === 1)
      yield* t.rcuReadUnlock()
    }
    const waitsForReaders: Body<Env> = function* (t, { v }) {
      yield* t.synchronizeRcu()
      yield* t.write(v.flag, 1)
    }
    expect(explore({ setup, threads: [waitsInside, waitsForReaders] }, 'sc').signatures).toEqual([
      'deadlock:P0 waitUntil:P1 gracePeriodEnd',
    ])
  })
})

function* unlocks(t: Thread, mutex: Mutex): Coroutine<void> {
  yield* t.unlock(mutex)
}

describe('tryLock and isLocked', () => {
  const tries: Body<Env> = function* (t, { v, a }) {
    if (!(yield* t.tryLock(a))) return '-'
    const x = yield* t.plainRead(v.x)
    yield* t.plainWrite(v.x, x + 1)
    yield* t.unlock(a)
    return x
  }

  it('two that try exclude each other: one fails, or they go one after the other', () => {
    allows({ setup, threads: [tries, tries] }, everywhere(['- 0', '0 -', '0 1', '1 0']))
  })

  it('one that succeeds acquires (lock.cat: LKR is an Acquire)', () => {
    const writes: Body<Env> = function* (t, { v, a }) {
      yield* t.lock(a)
      yield* t.write(v.x, 1)
      yield* t.unlock(a)
      yield* t.write(v.y, 1)
    }
    const reads = (take: boolean): Body<Env> =>
      function* (t, { v, a }) {
        const y = yield* t.read(v.y)
        const got = take && (yield* t.tryLock(a))
        return `${y} ${got} ${yield* t.read(v.x)}`
      }
    expect(explore({ setup, threads: [writes, reads(true)] }, 'weak').outcomes).not.toContain('1 true 0')
    expect(explore({ setup, threads: [writes, reads(false)] }, 'weak').outcomes).toContain('1 false 0')
  })

  it('one that fails and a look order nothing (lock.cat: LF and RL have no ordering)', () => {
    const holds: Body<Env> = function* (t, { v, a }) {
      yield* t.write(v.x, 1)
      yield* t.lock(a)
    }
    const tryFails: Body<Env> = function* (t, { v, a }) {
      return `${yield* t.tryLock(a)}${yield* t.read(v.x)}`
    }
    const look: Body<Env> = function* (t, { v, a }) {
      return `${yield* t.isLocked(a)}${yield* t.read(v.x)}`
    }
    expect(explore({ setup, threads: [holds, tryFails] }, 'weak').outcomes).toContain('false0')
    expect(explore({ setup, threads: [holds, tryFails] }, 'sc').outcomes).not.toContain('false0')
    allows(
      { setup, threads: [holds, look] },
      { weak: ['false0', 'false1', 'true0', 'true1'], sc: ['false0', 'false1', 'true1'] },
    )
  })

  it('a thread sees that it has let go, and that it has not', () => {
    const own: Body<Env> = function* (t, { a }) {
      yield* t.lock(a)
      const held = yield* t.isLocked(a)
      yield* t.unlock(a)
      return `${held} ${yield* t.isLocked(a)}`
    }
    allows({ setup, threads: [own] }, everywhere(['true false']))
  })
})
