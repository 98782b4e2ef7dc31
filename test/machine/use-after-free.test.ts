import { describe, expect, it } from 'vitest'
import type { Machine, Mutex } from '#harness/machine/index.js'
import { everywhere, finds, inOrder, Node, type Body, type Litmus } from './litmus.js'

// The life of an allocation. Free is an access to the whole object, as in C11 and ThreadSanitizer: an access
// that does not happen before it is a use after free, in whatever order the two came (`use-after-free?`).
interface Env {
  root: Node
  x: Node
  y: Node
  a: Mutex
}
function setup(m: Machine): Env {
  const env = { root: m.global(Node, 'root'), x: m.heap(Node, 'X'), y: m.heap(Node, 'Y'), a: m.mutex('a') }
  m.init(env.root.next, env.x)
  m.init(env.x.next, env.y)
  return env
}
const test = (...threads: Body<Env>[]): Litmus<Env> => ({ setup, threads })

const uses: Body<Env> = function* (t, { y }) {
  yield* t.read(y.data)
}
const frees: Body<Env> = function* (t, { x, y }) {
  yield* t.write(x.next, null)
  yield* t.free(y)
}

describe('use after free', () => {
  it('is concrete when the free came first, inferred when nothing orders the two', () => {
    expect(inOrder(test(uses, frees), 'sc', [1, 1, 0]).violations).toEqual(['use-after-free'])
    expect(inOrder(test(uses, frees), 'sc', [0, 1, 1]).violations).toEqual(['use-after-free?'])
    finds(test(uses, frees), everywhere(['use-after-free', 'use-after-free?']))
  })

  it('by the thread itself', () => {
    finds(
      test(function* (t, { x, y }) {
        yield* t.write(x.next, null)
        yield* t.free(y)
        yield* t.write(y.data, 1)
      }),
      everywhere(['use-after-free']),
    )
  })

  it('any access counts: store, exchange, wide load, plain, queueing a callback', () => {
    const accesses: Body<Env>[] = [
      function* (t, { y }) {
        yield* t.write(y.data, 1)
      },
      function* (t, { y }) {
        yield* t.fetchAdd(y.refs, 1)
      },
      function* (t, { y }) {
        yield* t.readPair(y.data, y.raw)
      },
      function* (t, { y }) {
        yield* t.writePair(y.data, y.raw, 1, null)
      },
      function* (t, { y }) {
        yield* t.plainRead(y.data)
      },
      function* (t, { y }) {
        yield* t.waitUntil(y.data, () => true)
      },
    ]
    for (const access of accesses)
      finds(test(access, frees), everywhere(['use-after-free', 'use-after-free?']))
  })

  it('is not reported when a lock orders use and free', () => {
    const locked =
      (body: Body<Env>): Body<Env> =>
      (t, env) =>
        (function* () {
          yield* t.lock(env.a)
          yield* body(t, env)
          yield* t.unlock(env.a)
        })()
    const looks: Body<Env> = function* (t, { x }) {
      const y = yield* t.read(x.next)
      if (y) yield* t.read(y.data)
    }
    finds(test(locked(looks), locked(frees)), everywhere([]))
    finds(test(looks, locked(frees)), everywhere(['use-after-free', 'use-after-free?']))
  })

  it('nor when a release and an acquire do; under weak, a relaxed flag does not', () => {
    const then = (release: boolean): Body<Env> =>
      function* (t, { root, y }) {
        yield* t.read(y.data)
        if (release) yield* t.storeRelease(root.data, 1)
        else yield* t.write(root.data, 1)
      }
    const after: Body<Env> = function* (t, { root, x, y }) {
      yield* t.write(x.next, null)
      yield* t.waitUntil(root.data, (d) => d === 1)
      yield* t.free(y)
    }
    finds(test(then(true), after), everywhere([]))
    finds(test(then(false), after), { sc: [], tso: [], weak: ['use-after-free?'] })
  })

  it('nor when a grace period does; a section that began later is not covered', () => {
    const section: Body<Env> = function* (t, { x }) {
      yield* t.rcuReadLock()
      const y = yield* t.rcuDereference(x.next)
      if (y) yield* t.read(y.data)
      yield* t.rcuReadUnlock()
    }
    const waits: Body<Env> = function* (t, { x, y }) {
      yield* t.write(x.next, null)
      yield* t.synchronizeRcu()
      yield* t.free(y)
    }
    const tooEarly: Body<Env> = function* (t, { x, y }) {
      yield* t.synchronizeRcu()
      yield* t.write(x.next, null)
      yield* t.free(y)
    }
    finds(test(section, waits), everywhere([]))
    finds(test(section, tooEarly), everywhere(['use-after-free', 'use-after-free?']))
  })

  it('nor when reference counts do: the last one to drop its reference frees', () => {
    const drops: Body<Env> = function* (t, { x, y }) {
      yield* t.read(y.data)
      if ((yield* t.fetchAdd(y.refs, -1)) === 1) {
        yield* t.write(x.next, null)
        yield* t.free(y)
      }
    }
    const two: Litmus<Env> = {
      setup: (m) => {
        const env = setup(m)
        m.init(env.y.refs, 2)
        return env
      },
      threads: [drops, drops],
    }
    finds(two, everywhere([]))
  })
})
