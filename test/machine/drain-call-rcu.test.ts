import { describe, expect, it } from 'vitest'
import type { Coroutine, Machine, Thread } from '#harness/machine/index.js'
import { allows, everywhere, explore, finds, inOrder, Node, Vars, type Body, type Litmus } from './litmus.js'

// util/rcu.c: drain_call_rcu, and what it promises (the comment above it): the callbacks queued so far have
// run; it drops the BQL while it waits; not from a callback, not from a section.
interface Env {
  v: Vars
  a: Node
  b: Node
}
const setup = (m: Machine): Env => ({
  v: m.global(Vars, 'v'),
  a: m.global(Node, 'A'),
  b: m.global(Node, 'B'),
})
const test = (...threads: Body<Env>[]): Litmus<Env> => ({ setup, threads, callRcu: true })

const set = function* (t: Thread, cell: Vars['x']): Coroutine<void> {
  yield* t.plainWrite(cell, 1)
}
const setAndQueue = function* (t: Thread, { v, b }: Env): Coroutine<void> {
  yield* t.plainWrite(v.x, 1)
  yield* t.callRcu(b.rcu, setAtomic, v)
}
const setAtomic = function* (t: Thread, v: Vars): Coroutine<void> {
  yield* t.write(v.y, 1)
}

describe('drain_call_rcu', () => {
  it('returns when the callbacks queued before have run, and knows what they did', () => {
    allows(
      test(function* (t, { v, a }) {
        yield* t.callRcu(a.rcu, set, v.x)
        yield* t.drainCallRcu()
        return yield* t.plainRead(v.x)
      }),
      everywhere(['1']),
    )
  })

  it('does not wait for those that they queue in turn (R2)', () => {
    allows(
      test(function* (t, env) {
        yield* t.callRcu(env.a.rcu, setAndQueue, env)
        yield* t.drainCallRcu()
        return [yield* t.plainRead(env.v.x), yield* t.read(env.v.y)]
      }),
      { weak: ['1 0', '1 1'] },
    )
  })

  it('lets the BQL go while it waits, and has it again after', () => {
    allows(
      test(function* (t, { v, a }) {
        const { bql } = t.machine
        yield* t.lock(bql)
        yield* t.callRcu(a.rcu, set, v.x)
        yield* t.drainCallRcu()
        const held = t.holds(bql)
        yield* t.unlock(bql)
        return held ? 'held' : 'lost'
      }),
      everywhere(['held']),
    )
  })

  it('does not take the BQL when its caller did not hold it', () => {
    allows(
      test(function* (t) {
        yield* t.drainCallRcu()
        return t.holds(t.machine.bql) ? 'held' : 'not held'
      }),
      everywhere(['not held']),
    )
  })

  it('from inside its own section it never returns (R4)', () => {
    finds(
      test(function* (t) {
        yield* t.rcuReadLock()
        yield* t.drainCallRcu()
        yield* t.rcuReadUnlock()
      }),
      everywhere(['deadlock']),
    )
  })

  it('from a callback it never returns (R4)', () => {
    const drain = function* (t: Thread): Coroutine<void> {
      yield* t.drainCallRcu()
    }
    finds(
      test(function* (t, { a }) {
        yield* t.callRcu(a.rcu, drain)
      }),
      everywhere(['deadlock']),
    )
  })

  it('leaves nothing behind', () => {
    finds(
      test(function* (t) {
        yield* t.drainCallRcu()
        yield* t.drainCallRcu()
      }),
      everywhere([]),
    )
  })
})

describe('force_rcu (R6)', () => {
  const asks: Body<Env> = function* (t) {
    yield* t.rcuReadLock()
    const forced = yield* t.rcuForced()
    yield* t.rcuReadUnlock()
    return forced ? 'forced' : 'left alone'
  }
  const drains: Body<Env> = function* (t) {
    yield* t.drainCallRcu()
  }

  it('a reader is asked to leave while a drain waits for it', () => {
    expect(explore(test(asks, drains), 'sc').outcomes).toEqual(['forced', 'left alone'])
    // P1: alloc, enqueue, count; call_rcu (2): await, start. Then P0 is being waited for.
    expect(inOrder(test(asks, drains), 'sc', [0, 1, 1, 1, 2, 2, 0]).outcomes).toEqual(['forced'])
  })

  it('not before the grace period has started, and not in a section that began after', () => {
    expect(inOrder(test(asks, drains), 'sc', [0, 1, 1, 1, 0]).outcomes).toEqual(['left alone'])
    expect(inOrder(test(asks, drains), 'sc', [1, 1, 1, 2, 2, 0, 0]).outcomes).toEqual(['left alone'])
  })

  it('not by a grace period without a drain', () => {
    const synchronizes: Body<Env> = function* (t) {
      yield* t.synchronizeRcu()
    }
    allows(test(asks, synchronizes), everywhere(['left alone']))
  })

  it('not outside a section', () => {
    const outside: Body<Env> = function* (t) {
      return (yield* t.rcuForced()) ? 'forced' : 'left alone'
    }
    allows(test(outside, drains), { sc: ['left alone'], weak: ['left alone'] })
  })

  it('not by a later grace period when the drain is over', () => {
    const both: Body<Env> = function* (t, env) {
      yield* t.drainCallRcu()
      return yield* asks(t, env)
    }
    const synchronizes: Body<Env> = function* (t) {
      yield* t.synchronizeRcu()
    }
    allows(test(both, synchronizes), { sc: ['left alone'] })
  })

  it('not after the drain', () => {
    allows(
      test(function* (t) {
        yield* t.drainCallRcu()
        yield* t.rcuReadLock()
        const forced = yield* t.rcuForced()
        yield* t.rcuReadUnlock()
        return forced ? 'forced' : 'left alone'
      }),
      everywhere(['left alone']),
    )
  })
})
