import { describe, expect, it } from 'vitest'
import type { Machine, Mutex } from '#harness/machine/index.js'
import { allows, assemble, everywhere, finds, inOrder, Node, type Body, type Litmus } from './litmus.js'

// What `free` and the end of an execution ask of an object: once, unlinked, and not never.
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

const frees: Body<Env> = function* (t, { x, y }) {
  yield* t.write(x.next, null)
  yield* t.free(y)
}

describe('double free', () => {
  it('is reported, whoever does it', () => {
    finds(test(frees, frees), everywhere(['double-free']))
    finds(
      test(function* (t, { x, y }) {
        yield* t.write(x.next, null)
        yield* t.free(y)
        yield* t.free(y)
      }),
      everywhere(['double-free']),
    )
  })
})

describe('free while reachable', () => {
  it('an object must be unlinked first, from whatever links to it', () => {
    finds(
      test(function* (t, { root, x, y }) {
        yield* t.free(y)
        yield* t.write(x.next, null)
        yield* t.write(root.raw, x)
      }),
      everywhere(['free-while-reachable']),
    )
  })

  it('raw pointers do not count: a validated cache may dangle', () => {
    finds(
      test(function* (t, { root, x, y }) {
        yield* t.write(root.raw, y)
        yield* t.write(x.next, null)
        yield* t.free(y)
      }),
      everywhere([]),
    )
  })

  it('a removed object may still point to another removed one', () => {
    finds(
      test(function* (t, { root, x, y }) {
        yield* t.write(root.next, null) // X leads to Y still
        yield* t.free(y)
        yield* t.free(x)
      }),
      everywhere([]),
    )
  })

  it("the freeing thread's own stores count although they wait in its buffer; another's do not", () => {
    finds(
      test(function* (t, { x, y }) {
        yield* t.write(x.next, null)
        yield* t.free(y)
      }),
      { tso: [] },
    )
    const unlinks: Body<Env> = function* (t, { x, root }) {
      yield* t.write(x.next, null)
      yield* t.read(root.data)
    }
    const onlyFrees: Body<Env> = function* (t, { y }) {
      yield* t.free(y)
    }
    expect(inOrder(test(unlinks, onlyFrees), 'tso', [0, 1]).violations).toEqual(['free-while-reachable'])
  })
})

describe('leaks', () => {
  it('what nothing reaches at the end was to be freed', () => {
    finds(
      test(function* (t, { x }) {
        yield* t.write(x.next, null)
      }),
      everywhere(['leak']),
    )
  })

  it('a raw pointer does not keep an object', () => {
    finds(
      test(function* (t, { root, x, y }) {
        yield* t.write(root.raw, y)
        yield* t.write(x.next, null)
      }),
      everywhere(['leak']),
    )
  })

  it('two objects that only link to each other are both leaked', () => {
    const { m } = assemble(
      test(function* (t, { root, x, y }) {
        yield* t.write(y.next, x)
        yield* t.write(root.next, null)
      }),
      'sc',
    )
    const end = m.run({ nextAgent: (m) => m.enabled[0] as number, nextValue: () => 0 })
    expect(end.violations.map((v) => v.kind)).toEqual(['leak'])
  })

  it('an object that was allocated and linked is none, one that was dropped is', () => {
    const allocates = (link: boolean): Body<Env> =>
      function* (t, { y }) {
        const z = yield* t.alloc(Node, 'Z')
        if (link) yield* t.write(y.next, z)
      }
    finds(test(allocates(true)), everywhere([]))
    finds(test(allocates(false)), everywhere(['leak']))
  })
})

describe('reference counts', () => {
  it('falling below zero is reported', () => {
    const drop: Body<Env> = function* (t, { y }) {
      yield* t.fetchAdd(y.refs, -1)
    }
    finds(test(drop), everywhere([]))
    finds(test(drop, drop), everywhere(['refcount-underflow']))
  })

  it('counting up from zero and down again is not', () => {
    allows(
      {
        setup,
        threads: [
          function* (t, { y }) {
            yield* t.fetchAdd(y.refs, -1)
            return yield* t.fetchIncNonzero(y.refs)
          },
        ],
      },
      everywhere(['0']),
    )
  })
})
