import { describe, it } from 'vitest'
import { allows, everywhere, Node, type Body, type Litmus } from './litmus.js'

// Address dependencies (LKMM explanation.txt, "addr"; Documentation/RCU/rcu_dereference.rst): what is reached
// through a loaded pointer is at least as new as the pointer's publication. Registers: the data behind the
// pointer, or `null`.
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
const wmb: Body<Env> = function* (t, { root, a }) {
  yield* t.write(a.data, 1)
  yield* t.smpWmb()
  yield* t.write(root.raw, a)
}
const relaxed: Body<Env> = function* (t, { root, a }) {
  yield* t.write(a.data, 1)
  yield* t.write(root.raw, a)
}
const dereference: Body<Env> = function* (t, { root }) {
  const p = yield* t.rcuDereference(root.raw)
  return p ? yield* t.read(p.data) : 'null'
}

describe('address dependency', () => {
  it('a published object is seen as it was published (LKMM: MP+onceassign+derefonce)', () => {
    allows({ setup, threads: [release, dereference] }, everywhere(['1', 'null']))
  })

  it('smpWmb before a relaxed store publishes as well', () => {
    allows({ setup, threads: [wmb, dereference] }, everywhere(['1', 'null']))
  })

  it('a pointer that is read with read() orders the same: the hardware does not know the macro', () => {
    const reader: Body<Env> = function* (t, { root }) {
      const p = yield* t.read(root.raw)
      return p ? yield* t.read(p.data) : 'null'
    }
    allows({ setup, threads: [release, reader] }, everywhere(['1', 'null']))
  })

  it('a relaxed publication is seen too early under weak', () => {
    allows(
      { setup, threads: [relaxed, dereference] },
      { sc: ['1', 'null'], tso: ['1', 'null'], weak: ['0', '1', 'null'] },
    )
  })

  it('does not order loads that do not depend on the pointer', () => {
    const reader: Body<Env> = function* (t, { root, b }) {
      const p = yield* t.rcuDereference(root.raw)
      const x = yield* t.read(b.data)
      return p ? x : 'null'
    }
    const writer: Body<Env> = function* (t, { root, a, b }) {
      yield* t.write(b.data, 1)
      yield* t.rcuAssignPointer(root.raw, a)
    }
    allows(
      { setup, threads: [writer, reader] },
      { sc: ['1', 'null'], tso: ['1', 'null'], weak: ['0', '1', 'null'] },
    )
  })

  it('followed by smpRmb it orders everything, as any load does', () => {
    const reader: Body<Env> = function* (t, { root, b }) {
      const p = yield* t.rcuDereference(root.raw)
      yield* t.smpRmb()
      const x = yield* t.read(b.data)
      return p ? x : 'null'
    }
    const writer: Body<Env> = function* (t, { root, a, b }) {
      yield* t.write(b.data, 1)
      yield* t.rcuAssignPointer(root.raw, a)
    }
    allows({ setup, threads: [writer, reader] }, everywhere(['1', 'null']))
  })

  it('orders a dependent store after the publication, too', () => {
    const writer: Body<Env> = function* (t, { root, a }) {
      yield* t.write(a.data, 1)
      yield* t.rcuAssignPointer(root.raw, a)
    }
    const overwriter: Body<Env> = function* (t, { root }) {
      const p = yield* t.rcuDereference(root.raw)
      if (p) yield* t.write(p.data, 2)
      return p ? 'stored' : 'null'
    }
    allows(
      { setup, threads: [writer, overwriter], final: ({ a }) => a.data.value },
      everywhere(['null 1', 'stored 2']),
    )
  })

  it('does not cover what was stored after the publication', () => {
    const writer: Body<Env> = function* (t, { root, a }) {
      yield* t.rcuAssignPointer(root.raw, a)
      yield* t.write(a.data, 1)
    }
    allows({ setup, threads: [writer, dereference] }, everywhere(['0', '1', 'null']))
  })
})

describe('memory that nobody stored to', () => {
  it('KNOWN LIMIT: the zeroes of an allocation count as published, however it is published', () => {
    // g_new0 and kzalloc store them: without a release a reader may see what was there before. Initial
    // values are no stores here; a field that is stored to before the publication is checked, see above.
    const allocates: Body<Env> = function* (t, { root }) {
      const n = yield* t.alloc(Node, 'N')
      yield* t.write(root.next, n)
    }
    const reader: Body<Env> = function* (t, { root }) {
      const p = yield* t.rcuDereference(root.next)
      return p ? yield* t.plainRead(p.data) : 'null'
    }
    allows({ setup, threads: [allocates, reader] }, everywhere(['0', 'null']))
  })
})

describe('chains of dependencies', () => {
  // A's data and A's pointer in B are stored relaxed; only the pointer to B is published with a release.
  const inner: Body<Env> = function* (t, { root, a, b }) {
    yield* t.write(a.data, 1)
    yield* t.write(b.raw, a)
    yield* t.rcuAssignPointer(root.raw, b)
  }

  it('one release publishes all that hangs on the object', () => {
    const reader: Body<Env> = function* (t, { root }) {
      const p = yield* t.rcuDereference(root.raw)
      if (!p) return 'null'
      const q = yield* t.rcuDereference(p.raw)
      return q ? yield* t.read(q.data) : 'no inner'
    }
    allows({ setup, threads: [inner, reader] }, everywhere(['1', 'null']))
  })

  it('also when fields are plain: no data race behind a published pointer', () => {
    const writer: Body<Env> = function* (t, { root, a, b }) {
      yield* t.plainWrite(a.data, 1)
      yield* t.plainWrite(b.raw, a)
      yield* t.rcuAssignPointer(root.raw, b)
    }
    const reader: Body<Env> = function* (t, { root }) {
      const p = yield* t.rcuDereference(root.raw)
      if (!p) return 'null'
      const q = yield* t.plainRead(p.raw)
      return q ? yield* t.plainRead(q.data) : 'no inner'
    }
    allows({ setup, threads: [writer, reader] }, everywhere(['1', 'null']))
  })

  it('an inner pointer that changes after the publication must be published itself', () => {
    const writer: Body<Env> = function* (t, { root, a, b }) {
      yield* t.rcuAssignPointer(root.raw, b)
      yield* t.write(a.data, 1)
      yield* t.write(b.raw, a)
    }
    const reader: Body<Env> = function* (t, { root }) {
      const p = yield* t.rcuDereference(root.raw)
      if (!p) return 'null'
      const q = yield* t.rcuDereference(p.raw)
      return q ? yield* t.read(q.data) : 'no inner'
    }
    allows(
      { setup, threads: [writer, reader] },
      {
        sc: ['1', 'no inner', 'null'],
        tso: ['1', 'no inner', 'null'],
        weak: ['0', '1', 'no inner', 'null'],
      },
    )
  })
})
