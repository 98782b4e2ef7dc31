import { access } from './access.js'
import type { Cell } from './cell.js'
import type { Footprint } from './footprint.js'
import type { Machine } from './machine.js'
import type { Modify } from './memory.js'
import { Operation, Order } from './op.js'
import { report } from './reports.js'
import { Struct } from './struct.js'
import { wideTag } from './tags.js'
import type { Thread } from './thread.js'

type Cells = Cell<never>

function load(name: string, order: Order): Operation {
  const plain = order === Order.Plain
  return new Operation(
    name,
    (m, t) => {
      const cell = t.cell as Cells
      access(m, t, cell, false, plain)
      t.result = m.memory.load(t, cell, order)
    },
    null,
    undefined,
    undefined,
    true,
  ).touching((_m, t, f) => f.access(t.cell as Cells, false, plain))
}

function store(name: string, order: Order): Operation {
  const plain = order === Order.Plain
  return new Operation(name, (m, t) => {
    const cell = t.cell as Cells
    access(m, t, cell, true, plain)
    m.memory.store(t, cell, t.x as never, order)
    t.result = undefined
  }).touching((m, t, f) => stores(m, f, t.cell as Cells, plain))
}

/** Where there are store buffers, a store is seen by nobody before it leaves them. */
function stores(m: Machine, f: Footprint, cell: Cells, plain: boolean): void {
  if (m.memory.buffering) f.issue(cell, true, plain)
  else f.access(cell, true, plain)
}

const drained = (m: Machine, t: Thread): boolean => m.memory.drained(t)
const awaitsBuffer = (): string => 'its store buffer'

function modify(name: string): Operation {
  return new Operation(
    name,
    (m, t) => {
      const cell = t.cell as Cell<unknown>
      access(m, t, cell as Cells, true, false)
      const old = m.memory.modify(t, cell, t.x as Modify<unknown>)
      t.result = old
      const next = (t.x as Modify<unknown>)(old)
      if (next !== undefined && next !== old) t.spinning = false
      if (cell.kind === 'refcount' && (cell.value as number) < 0)
        report(
          m,
          t,
          'refcount-underflow',
          `${cell.owner.typeName}.${cell.name}`,
          `${t.name} drops ${cell.label} below zero`,
          'error',
          cell.owner.label,
        )
    },
    drained,
    awaitsBuffer,
    undefined,
    true,
  ).touching((m, t, f) => {
    f.access(t.cell as Cells, true, false)
    f.fullFence(m)
  })
}

export const read = load('read', Order.Relaxed)
export const loadAcquire = load('loadAcquire', Order.Acquire)
export const rcuDereference = load('rcuDereference', Order.Relaxed)
export const plainRead = load('plainRead', Order.Plain)

export const write = store('write', Order.Relaxed)
export const storeRelease = store('storeRelease', Order.Release)
export const rcuAssignPointer = store('rcuAssignPointer', Order.Release)
export const plainWrite = store('plainWrite', Order.Plain)
/** The first half of a wide store that is split: it gives both their tag. */
export const plainWriteHalf = new Operation('plainWrite', (m, t) => {
  t.wideTag = wideTag(m.step)
  plainWrite.perform(m, t)
}).touching(plainWrite.footprint)

export const xchg = modify('xchg')
export const cmpxchg = modify('cmpxchg')
export const fetchAdd = modify('fetchAdd')
export const fetchModify = modify('fetchModify')
export const fetchIncNonzero = modify('fetchIncNonzero')

export const readPair = new Operation(
  'readPair',
  (m, t) => {
    const [a, b] = [t.cell as Cells, t.cell2 as Cells]
    access(m, t, a, false, false)
    access(m, t, b, false, false)
    const [x, y] = m.memory.loadPair(t, a, b, Order.Relaxed)
    t.result = [x, y]
  },
  (m, t) => m.memory.pairReady(t, t.cell as Cell<unknown>, t.cell2 as Cell<unknown>),
  awaitsBuffer,
  undefined,
  true,
).touching((_m, t, f) => {
  f.access(t.cell as Cells, false, false)
  f.access(t.cell2 as Cells, false, false)
})

function storePair(name: string, order: Order): Operation {
  return new Operation(name, (m, t) => {
    const [a, b] = [t.cell as Cells, t.cell2 as Cells]
    access(m, t, a, true, false)
    access(m, t, b, true, false)
    m.memory.storePair(t, a, b, t.x as never, t.y as never, order)
    t.result = undefined
  }).touching((m, t, f) => {
    stores(m, f, t.cell as Cells, false)
    stores(m, f, t.cell2 as Cells, false)
  })
}

export const writePair = storePair('writePair', Order.Relaxed)
export const storeReleasePair = storePair('storeReleasePair', Order.Release)

function fence(name: string, perform: (m: Machine, t: Thread) => void, full: boolean): Operation {
  const enabled = full ? drained : null
  return new Operation(
    name,
    (m, t) => {
      perform(m, t)
      t.result = undefined
    },
    enabled,
    awaitsBuffer,
    undefined,
    true,
  ).touching((m, _t, f) => {
    if (full) f.fullFence(m)
  })
}

export const smpRmb = fence('smpRmb', (m, t) => m.memory.acquireFence(t), false)
export const smpWmb = fence('smpWmb', (m, t) => m.memory.releaseFence(t), false)
export const smpMb = fence('smpMb', (m, t) => m.memory.fullFence(t), true)

export const waitUntil = new Operation(
  'waitUntil',
  (m, t) => {
    const cell = t.cell as Cells
    access(m, t, cell, false, false)
    t.result = m.memory.loadNewest(t, cell)
  },
  (m, t) => m.memory.drained(t) && (t.x as (v: unknown) => boolean)((t.cell as Cell<unknown>).value),
  (t) => `${t.cell?.label ?? ''} (it is ${String(t.cell?.value)})`,
).touching((_m, t, f) => f.access(t.cell as Cells, false, false))

/** Pointers are equal when their addresses are, whatever incarnation they name (an ABA must be possible). */
export function same(a: unknown, b: unknown): boolean {
  return a === b || (a instanceof Struct && b instanceof Struct && a.address === b.address)
}
