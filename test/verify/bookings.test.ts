import { expect, it } from 'vitest'
import { Machine, Struct } from '#harness/machine/index.js'
import { Search, type Reduction } from '#harness/verify/search.js'

class Shared extends Struct {
  static readonly structName = 'Shared'
  readonly done = this.word('done')
}

class Node extends Struct {
  static readonly structName = 'Node'
  readonly data = this.word('data')
}

/**
 * P0 uses the node and says so, relaxed; P1 frees it when it is told. Both take a lock in between. If P0 was
 * first, the lock orders the use before the free. If P1 was first, nothing does, and yet no execution has the
 * use after the free. When P1 has read `done`, memory, lock and threads are the same in both cases.
 */
function violations(reduction: Reduction): string[] {
  const m = new Machine('weak', 2)
  const shared = m.global(Shared, 'shared')
  const node = m.heap(Node, 'node')
  const mutex = m.mutex('mutex')
  m.book(() => [])
  m.spawn('P0', 'P0', function* (t) {
    yield* t.read(node.data)
    yield* t.lock(mutex)
    yield* t.unlock(mutex)
    yield* t.write(shared.done, 1)
  })
  m.spawn('P1', 'P1', function* (t) {
    yield* t.lock(mutex)
    yield* t.unlock(mutex)
    if ((yield* t.read(shared.done)) === 1) yield* t.free(node)
  })
  const search = new Search(m, reduction)
  const found = new Set<string>()
  for (let v = search.next(); v !== null; v = search.next())
    for (const { kind, concrete } of v)
      if (kind === 'use-after-free') found.add(`${kind}, concrete: ${concrete}`)
  return [...found]
}

it('who knows of an access is a part of the state', () => {
  expect(violations('all')).toEqual(['use-after-free, concrete: false'])
  expect(violations('commuting')).toEqual(violations('all'))
  expect(violations('states')).toEqual(violations('all'))
})
