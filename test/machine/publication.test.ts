import { describe, it } from 'vitest'
import { allows, everywhere, finds, Node, type Body, type Litmus } from './litmus.js'

// Pointers that are published a second time, or not properly the first time.
interface Env {
  root: Node
  a: Node
  b: Node
}
const setup: Litmus<Env>['setup'] = (m) => ({
  root: m.global(Node, 'root'),
  a: m.global(Node, 'A'),
  b: m.global(Node, 'B'),
})

const release: Body<Env> = function* (t, { root, a }) {
  yield* t.write(a.data, 1)
  yield* t.rcuAssignPointer(root.raw, a)
}
describe('a pointer published again by another thread', () => {
  // QEMU's MRU: a reader finds a block through the published list and stores a raw pointer to it, relaxed.
  const copies: Body<Env> = function* (t, { root, b }) {
    const p = yield* t.rcuDereference(root.raw)
    if (p) yield* t.write(b.raw, p)
  }
  const readsCopy: Body<Env> = function* (t, { b }) {
    const p = yield* t.rcuDereference(b.raw)
    return p ? yield* t.plainRead(p.data) : 'null'
  }
  const publishes = (how: 'release' | 'relaxed'): Body<Env> =>
    function* (t, { root, a }) {
      yield* t.plainWrite(a.data, 1)
      if (how === 'release') yield* t.rcuAssignPointer(root.raw, a)
      else yield* t.write(root.raw, a)
    }

  it('needs no release of its own: the data dependency carries the first one (LKMM: cumulativity)', () => {
    allows({ setup, threads: [publishes('release'), copies, readsCopy] }, everywhere(['1', 'null']))
  })

  it('does not make up for a first publication without release', () => {
    finds(
      { setup, threads: [publishes('relaxed'), copies, readsCopy] },
      { sc: [], tso: [], weak: ['data-race'] },
    )
  })

  it('does not publish what the copier stored into the object itself', () => {
    const writesAndCopies: Body<Env> = function* (t, { root, b }) {
      const p = yield* t.rcuDereference(root.raw)
      if (!p) return
      yield* t.plainWrite(p.data, 2)
      yield* t.write(b.raw, p)
    }
    finds({ setup, threads: [release, writesAndCopies, readsCopy] }, { sc: [], tso: [], weak: ['data-race'] })
  })

  it('covers what the copier had learnt by acquire before, whatever it is', () => {
    // B-cumulativity (LKMM A-cumul; lwsync on POWER): registers as above, data stored by P0 without a pointer.
    const fills: Body<Env> = function* (t, { root, a }) {
      yield* t.plainWrite(a.data, 1)
      yield* t.storeRelease(root.data, 1)
    }
    const passes: Body<Env> = function* (t, { root, a, b }) {
      if (yield* t.loadAcquire(root.data)) yield* t.write(b.raw, a)
    }
    allows({ setup, threads: [fills, passes, readsCopy] }, everywhere(['1', 'null']))
  })
})

describe('freeing what was reached through a dependency', () => {
  it('the address dependency orders the free after the publication', () => {
    allows(
      {
        setup: (m) => ({ root: m.global(Node, 'root'), x: m.heap(Node, 'X') }),
        threads: [
          function* (t, { root, x }) {
            yield* t.plainWrite(x.data, 1)
            yield* t.rcuAssignPointer(root.raw, x)
          },
          function* (t, { root, x }) {
            const p = yield* t.rcuDereference(root.raw)
            if (p) yield* t.free(p)
            else {
              yield* t.waitUntil(root.raw, (q) => q === x)
              yield* t.free(x)
            }
          },
        ],
      },
      everywhere(['']),
    )
  })
})
