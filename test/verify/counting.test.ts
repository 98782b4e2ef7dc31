import { describe, expect, it } from 'vitest'
import { Machine, Struct, type Coroutine, type MemoryModelName, type Thread } from '#harness/machine/index.js'
import type { Counts } from '#harness/verify/counts.js'
import { Search, type Reduction } from '#harness/verify/search.js'

class Vars extends Struct {
  static readonly structName = 'Vars'
  readonly x = this.word('x')
  readonly y = this.word('y')
  readonly z = this.word('z')
  readonly a = this.word('a')
}

class Node extends Struct {
  static readonly structName = 'Node'
  readonly rcu = this.rcuHead('rcu')
}

type Body = (t: Thread, v: Vars) => Coroutine<void>

function* free(t: Thread, node: Node): Coroutine<void> {
  yield* t.free(node)
}

/** Queues a callback that frees a node. */
const callFree: Body = function* (t) {
  const node = yield* t.alloc(Node, 'node')
  yield* t.callRcu(node.rcu, free, node)
}

function search(threads: readonly Body[], model: MemoryModelName, reduction: Reduction): Counts {
  const m = new Machine(model, threads.length + 1, 100)
  const v = m.global(Vars, 'v')
  m.book(() => [])
  m.mutex('mutex')
  threads.forEach((body, i) => m.spawn(`P${i}`, `P${i}`, (t) => body(t, v)))
  if (threads.includes(callFree)) m.spawnCallRcu()
  const s = new Search(m, reduction)
  for (let violations = s.next(); violations !== null; violations = s.next()) expect(violations).toEqual([])
  return s.counts
}

/** How many interleavings there are, and how many of them differ in more than the order of commuting steps. */
function counts(model: MemoryModelName, ...threads: Body[]): [all: number, classes: number] {
  const { complete, blocked } = search(threads, model, 'all')
  expect(blocked).toBe(0)
  return [complete, search(threads, model, 'commuting').complete]
}

/** A thread of stores and loads: `Wx Ry`. */
const code = (text: string): Body =>
  function* (t, v) {
    for (const access of text.split(' ')) {
      const cell = v[access.charAt(1) as 'x' | 'y' | 'z' | 'a']
      if (access.startsWith('W')) yield* t.write(cell, 1)
      else yield* t.read(cell)
    }
  }

describe('numbers of executions, counted by hand', () => {
  it('four steps and two: 15 interleavings', () => {
    expect(counts('sc', code('Wx Wx Wx Wx'), code('Wy Wy'))).toEqual([15, 1])
    expect(counts('sc', code('Rx Rx Rx Rx'), code('Rx Rx'))).toEqual([15, 1])
    expect(counts('sc', code('Wx Wx Wx Wx'), code('Wx Wx'))).toEqual([15, 15])
    // Each load is before or after its store, and any combination is possible.
    expect(counts('sc', code('Wx Wy Wz Wx'), code('Ry Rz'))).toEqual([15, 4])
    // One load, between none, one, two, three or four of the stores.
    expect(counts('sc', code('Wx Wx Wx Wx'), code('Rx Wy'))).toEqual([15, 5])
  })

  it('store buffering: of four combinations, both loads before both stores is impossible', () => {
    expect(counts('sc', code('Wx Ry'), code('Wy Rx'))).toEqual([6, 3])
  })

  it('three writers of one location, three of three', () => {
    expect(counts('sc', code('Wx'), code('Wx'), code('Wx'))).toEqual([6, 6])
    expect(counts('sc', code('Wx'), code('Wy'), code('Wz'))).toEqual([6, 1])
  })

  it('locks: who comes first; a step ahead of one lock has five places', () => {
    const critical = (before: string): Body =>
      function* (t, v) {
        const [, mutex] = t.machine.mutexes
        if (!mutex) throw new Error('no mutex')
        yield* code(before)(t, v)
        yield* t.lock(mutex)
        yield* t.write(v.x, 1)
        yield* t.unlock(mutex)
      }
    expect(counts('sc', critical('Wy'), critical('Wz'))).toEqual([10, 2])
  })

  it('a section and a grace period: it ends before; it is waited for; it begins after, and ends before or after', () => {
    const section: Body = function* (t, v) {
      yield* t.rcuReadLock()
      yield* t.read(v.x)
      yield* t.rcuReadUnlock()
    }
    const synchronize: Body = function* (t) {
      yield* t.synchronizeRcu()
    }
    expect(counts('sc', section, synchronize)).toEqual([7, 4])
  })

  it('a callback and a section: the ten steps around the callback are in line, two of them meet the section', () => {
    const section: Body = function* (t) {
      yield* t.rcuReadLock()
      yield* t.rcuReadUnlock()
    }
    // Ten steps leave eleven places, for a begin and an end after it: 66. The grace period starts with the fifth
    // step and cannot end in a section that began before: the begins before it (5) and ends after the sixth (5)
    // do not go together.
    expect(counts('sc', callFree, section)).toEqual([66 - 25, 4])
  })

  it('a store buffer: the load comes before the store, before its drain, or after it', () => {
    expect(counts('tso', code('Wx'), code('Rx'))).toEqual([3, 2])
  })

  it('weak memory: a later load has two values to choose from', () => {
    expect(counts('weak', code('Wx'), code('Rx'))).toEqual([3, 3])
  })
})

describe('a look at memory that is no access, but noted', () => {
  it.each(['all', 'commuting', 'states'] as const)('sees a store and misses it: %s', (reduction) => {
    const seen = new Set<number>()
    const looks: Body = function* (t, v) {
      yield* t.read(v.x)
      seen.add(t.note(v.y.value))
    }
    search([looks, code('Wy Wz')], 'sc', reduction)
    expect([...seen].sort()).toEqual([0, 1])
  })
})

describe('states that are met again', () => {
  it('three independent steps make a cube: each corner once', () => {
    const { states, complete } = search([code('Wx'), code('Wy'), code('Wz')], 'sc', 'states')
    // The eighth corner is the end.
    expect({ states, complete }).toEqual({ states: 7, complete: 1 })
  })

  it('two threads that toggle a flag: the order of the past is forgotten', () => {
    const toggle: Body = function* (t, v) {
      yield* t.write(v.x, 1)
      yield* t.write(v.x, 0)
    }
    const classes = search([toggle, toggle], 'sc', 'commuting').complete
    const remembered = search([toggle, toggle], 'sc', 'states')
    expect(classes).toBe(6)
    // Where the threads stand, the end apart: eight places; in two of them the flag may hold either value.
    expect(remembered.states).toBe(10)
    expect(remembered.complete).toBeLessThan(classes)
  })
})
