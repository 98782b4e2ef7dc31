import { describe, expect, it } from 'vitest'
import type { Coroutine, Machine, Thread } from '#harness/machine/index.js'
import { allows, everywhere, finds, inOrder, Node, Vars, type Body, type Litmus } from './litmus.js'

// util/rcu.c: call_rcu1, enqueue, try_dequeue, call_rcu_thread. Rules R1 to R3.
interface Env {
  v: Vars
  root: Node
  x: Node
  /** What has run, in order. */
  log: string[]
}
function setup(m: Machine): Env {
  const env = {
    v: m.global(Vars, 'v'),
    root: m.global(Node, 'root'),
    x: m.heap(Node, 'X'),
    log: [] as string[],
  }
  m.init(env.root.next, env.x)
  m.atStart(() => (env.log.length = 0))
  return env
}
const final = ({ log }: Env): string => log.join('')
const test = (...threads: Body<Env>[]): Litmus<Env> => ({ setup, threads, final, callRcu: true })

const note = function* (_t: Thread, log: string[], name: string): Coroutine<void> {
  log.push(name)
}
const free = function* (t: Thread, node: Node): Coroutine<void> {
  yield* t.free(node)
}
const remove: Body<Env> = function* (t, { root, x }) {
  yield* t.write(root.next, null)
  yield* t.callRcu(x.rcu, free, x)
}
/** A reader that uses what it finds. */
const read: Body<Env> = function* (t, { root }) {
  yield* t.rcuReadLock()
  const p = yield* t.rcuDereference(root.next)
  if (p) yield* t.read(p.data)
  yield* t.rcuReadUnlock()
}

describe('call_rcu: reclamation', () => {
  it('an object that is removed first is freed when no reader has it any more', () => {
    finds(test(read, remove), everywhere([]))
  })

  it('an object that is removed after its callback was queued is freed too early', () => {
    const late: Body<Env> = function* (t, { root, x }) {
      yield* t.callRcu(x.rcu, free, x)
      yield* t.write(root.next, null)
    }
    finds(test(read, late), everywhere(['free-while-reachable', 'use-after-free', 'use-after-free?']))
  })

  it('a reader without a section is not waited for', () => {
    const careless: Body<Env> = function* (t, { root }) {
      const p = yield* t.rcuDereference(root.next)
      if (p) yield* t.read(p.data)
    }
    finds(test(careless, remove), everywhere(['use-after-free', 'use-after-free?']))
  })

  it('the callback sees what was done before it was queued', () => {
    const readBack = function* (t: Thread, v: Vars, log: string[]): Coroutine<void> {
      log.push(String(yield* t.plainRead(v.x)))
    }
    allows(
      test(function* (t, { v, root, log }) {
        yield* t.plainWrite(v.x, 1)
        yield* t.callRcu(root.rcu, readBack, v, log)
      }),
      everywhere(['1']),
    )
  })

  it('not what was done after', () => {
    const readBack = function* (t: Thread, v: Vars): Coroutine<void> {
      yield* t.plainRead(v.x)
    }
    finds(
      test(function* (t, { v, root }) {
        yield* t.callRcu(root.rcu, readBack, v)
        yield* t.plainWrite(v.x, 1)
      }),
      everywhere(['data-race']),
    )
  })
})

describe('call_rcu: order', () => {
  it('first queued, first run', () => {
    allows(
      test(function* (t, { root, x, log }) {
        yield* t.callRcu(root.rcu, note, log, 'a')
        yield* t.callRcu(x.rcu, note, log, 'b')
      }),
      everywhere(['ab']),
    )
  })

  it('callbacks of two threads run in the order of their queueing: either', () => {
    const queue = (name: 'root' | 'x'): Body<Env> =>
      function* (t, env) {
        yield* t.callRcu(env[name].rcu, note, env.log, name)
      }
    allows(test(queue('root'), queue('x')), { sc: ['rootx', 'xroot'], weak: ['rootx', 'xroot'] })
  })

  it('one at a time, under the BQL (R1)', () => {
    // The callback's plain accesses are ordered with those of a thread that holds the BQL, and with nothing else.
    const add = function* (t: Thread, v: Vars, log: string[]): Coroutine<void> {
      log.push(t.holds(t.machine.bql) ? 'held ' : 'not held ')
      yield* t.plainWrite(v.x, (yield* t.plainRead(v.x)) + 1)
    }
    const locked = (bql: boolean): Body<Env> =>
      function* (t, { v, root, log }) {
        yield* t.callRcu(root.rcu, add, v, log)
        if (bql) yield* t.lock(t.machine.bql)
        yield* t.plainWrite(v.x, (yield* t.plainRead(v.x)) + 1)
        if (bql) yield* t.unlock(t.machine.bql)
      }
    const sum = ({ v, log }: Env): string => `${log.join('')}${v.x.value}`
    allows({ ...test(locked(true)), final: sum }, everywhere(['held 2']))
    finds({ ...test(locked(false)), final: sum }, everywhere(['data-race']))
  })
})

describe('call_rcu: batches', () => {
  it('enqueueing and counting are two steps: a counted stranger brings an uncounted callback forward', () => {
    // P0 enqueues a, P1 enqueues and counts b: one is counted, and the first in the queue runs.
    const t = test(
      function* (t, { root, log }) {
        yield* t.callRcu(root.rcu, note, log, 'a')
      },
      function* (t, { x, log }) {
        yield* t.callRcu(x.rcu, note, log, 'b')
      },
      function* (t, { log }) {
        yield* t.smpWmb() // any step, to look at the log
        return log.join('')
      },
    )
    // Thread 3 is call_rcu: await, start, end, lock, dequeue, unlock.
    const batch = [0, 1, 1, 3, 3, 3, 3, 3, 3]
    expect(inOrder(t, 'sc', [...batch, 2]).outcomes).toEqual(['a ab'])
  })

  it('and that is no false alarm: what it frees was queued before the grace period', () => {
    // The xchg on the tail orders the two (util/rcu.c: enqueue).
    const other: Body<Env> = function* (t, { root }) {
      yield* t.callRcu(root.rcu, note, [], '')
    }
    const script = [0, 0, 1, 1, 2, 2, 2, 2, 2, 2]
    for (const model of ['sc', 'weak'] as const)
      expect(inOrder(test(remove, other), model, script).violations).toEqual([])
    finds(test(remove, other), { sc: [], weak: [] })
  })

  it('a callback that is counted after the batch was taken waits for another grace period (R1)', () => {
    // P0 queues something, then removes and queues X. A reader that begins after the first grace period has
    // started may still have X.
    const twice: Body<Env> = function* (t, { root, x }) {
      yield* t.callRcu(root.rcu, note, [], '')
      yield* t.write(root.next, null)
      yield* t.callRcu(x.rcu, free, x)
    }
    finds(test(read, twice), { sc: [], weak: [] })
  })

  it('a callback that queues again gets a full grace period in between (R2)', () => {
    // The nested scheme: X is found through a raw pointer too, which is reset in the first callback only.
    const first = function* (t: Thread, { root, x }: Env): Coroutine<void> {
      yield* t.write(root.raw, null)
      yield* t.callRcu(x.rcu, free, x)
    }
    const direct = function* (t: Thread, { root, x }: Env): Coroutine<void> {
      yield* t.write(root.raw, null)
      yield* t.free(x)
    }
    const removeWith = (callback: typeof first): Body<Env> =>
      function* (t, env) {
        yield* t.write(env.root.raw, env.x)
        yield* t.write(env.root.next, null)
        yield* t.callRcu(env.x.rcu, callback, env)
      }
    const readRaw: Body<Env> = function* (t, { root }) {
      yield* t.rcuReadLock()
      const p = yield* t.rcuDereference(root.raw)
      if (p) yield* t.read(p.data)
      yield* t.rcuReadUnlock()
    }
    finds(test(readRaw, removeWith(first)), { sc: [], weak: [] })
    finds(test(readRaw, removeWith(direct)), {
      sc: ['use-after-free', 'use-after-free?'],
      weak: ['use-after-free', 'use-after-free?'],
    })
  })
})

describe('call_rcu: one head, one callback (R3)', () => {
  it('queueing a head that is queued loses its first callback', () => {
    const twice: Body<Env> = function* (t, { x, root, log }) {
      yield* t.rcuReadLock() // the first one cannot run before
      yield* t.callRcu(x.rcu, note, log, 'a')
      yield* t.callRcu(x.rcu, note, log, 'b')
      yield* t.rcuReadUnlock()
      yield* t.read(root.data)
    }
    finds(test(twice), everywhere(['callback-queued-twice', 'lost-callback']))
    const { outcomes } = inOrder(test(twice), 'sc', [])
    expect(outcomes).toEqual(['b'])
  })

  it('two heads in one object are two', () => {
    finds(
      test(function* (t, { x, root, log }) {
        yield* t.callRcu(x.rcu, note, log, 'a')
        yield* t.callRcu(root.rcu, note, log, 'b')
      }),
      everywhere([]),
    )
  })

  it('freeing an object whose callback is queued: the queue touches freed memory', () => {
    finds(
      test(function* (t, { root, x, log }) {
        yield* t.write(root.next, null)
        yield* t.callRcu(x.rcu, note, log, 'a')
        yield* t.free(x)
      }),
      everywhere(['use-after-free', 'use-after-free?']),
    )
  })

  it('queueing a callback on a freed object is a use, too', () => {
    finds(
      {
        ...test(function* (t, { root, x, log }) {
          yield* t.write(root.next, null)
          yield* t.free(x)
          yield* t.callRcu(x.rcu, note, log, 'a')
        }),
        callRcu: false,
      },
      everywhere(['use-after-free']),
    )
  })

  it('a callback that never runs is lost: nobody is there to run it', () => {
    finds({ ...test(remove), callRcu: false }, everywhere(['leak', 'lost-callback']))
  })
})
