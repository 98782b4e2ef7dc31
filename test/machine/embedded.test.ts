import { describe, it } from 'vitest'
import { expect } from 'vitest'
import { ProgramError, Struct, type Machine } from '#harness/machine/index.js'
import { allows, everywhere, explore, finds, Node, type Body, type Litmus } from './litmus.js'

// A struct within a struct: one allocation, several objects.

class Bridge extends Struct {
  static readonly structName = 'Bridge'
  static readonly byAddress = true
  readonly alias = this.embed(Node, 'alias')
  readonly config = this.word('config')
}
class Root extends Struct {
  static readonly structName = 'Root'
  readonly bridge = this.link<Bridge>('bridge')
  readonly node = this.link<Node>('node')
}

interface Env {
  root: Root
  bridge: Bridge
}
function setup(m: Machine): Env {
  const env = { root: m.global(Root, 'root'), bridge: m.heap(Bridge, 'br') }
  m.init(env.root.bridge, env.bridge)
  return env
}
const test = (...threads: Body<Env>[]): Litmus<Env> => ({ setup, threads })

describe('an embedded struct', () => {
  it('lives and dies with its container', () => {
    finds(
      test(function* (t, { root, bridge }) {
        yield* t.read(bridge.alias.data)
        yield* t.write(root.bridge, null)
        yield* t.free(bridge)
      }),
      everywhere([]),
    )
    finds(
      test(function* (t, { root, bridge }) {
        yield* t.write(root.bridge, null)
        yield* t.free(bridge)
        yield* t.read(bridge.alias.data)
      }),
      everywhere(['use-after-free']),
    )
  })

  it('is accessed by the free of its container', () => {
    finds(
      test(
        function* (t, { bridge }) {
          yield* t.read(bridge.alias.data)
        },
        function* (t, { root, bridge }) {
          yield* t.write(root.bridge, null)
          yield* t.free(bridge)
        },
      ),
      everywhere(['use-after-free', 'use-after-free?']),
    )
  })

  it('cannot be freed alone', () => {
    const litmus = test(function* (t, { bridge }) {
      yield* t.free(bridge.alias)
    })
    expect(() => explore(litmus, 'sc')).toThrow(ProgramError)
    expect(() => explore(litmus, 'sc')).toThrow('br.alias is part of br, and is freed with it')
  })

  it('keeps its container from leaking when it is reached, and so does the container for it', () => {
    finds(
      test(function* (t, { root, bridge }) {
        yield* t.write(root.node, bridge.alias)
        yield* t.write(root.bridge, null)
      }),
      everywhere([]),
    )
    finds(
      test(function* (t, { root, bridge }) {
        yield* t.write(bridge.alias.next, yield* t.alloc(Node, 'N'))
        yield* t.write(root.node, null)
      }),
      everywhere([]),
    )
  })

  it('leaks with its container, which is reported once', () => {
    finds(
      test(function* (t, { root }) {
        yield* t.write(root.bridge, null)
      }),
      everywhere(['leak']),
    )
  })

  it('must be unlinked before its container is freed; links within the container do not count', () => {
    finds(
      test(function* (t, { root, bridge }) {
        yield* t.write(root.node, bridge.alias)
        yield* t.write(root.bridge, null)
        yield* t.free(bridge)
        yield* t.write(root.node, null)
      }),
      everywhere(['free-while-reachable']),
    )
    finds(
      test(function* (t, { root, bridge }) {
        yield* t.write(bridge.alias.next, bridge.alias)
        yield* t.write(root.bridge, null)
        yield* t.free(bridge)
      }),
      everywhere([]),
    )
  })

  it('has an address of its own, which follows from that of its container', () => {
    allows(
      test(function* (t, { root, bridge }) {
        yield* t.write(root.bridge, null)
        yield* t.free(bridge)
        const again = yield* t.alloc(Bridge, 'again')
        const same = [again.address === bridge.address, again.alias.address === bridge.alias.address]
        const apart = again.alias.address !== again.address
        yield* t.free(again)
        return [...same, apart].join(' ')
      }),
      everywhere(['true true true', 'false false true']),
    )
  })
})
