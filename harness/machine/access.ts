import type { Cell } from './cell.js'
import type { Machine } from './machine.js'
import { mix } from './hash.js'
import { Life, type Struct } from './struct.js'
import type { Thread } from './thread.js'
import { reportDataRace, reportUseAfterFree } from './reports.js'

const READ = 0
const WRITE = 1
const PLAIN_READ = 2
const PLAIN_WRITE = 3

/**
 * Books one access and checks it: is the object alive (domain I1), does a plain access race (C11 5.1.2.4,
 * LKMM "plain accesses": two accesses to one location, one a write, one plain, not ordered by happens-before)?
 */
export function access(m: Machine, t: Thread, cell: Cell<never>, write: boolean, plain: boolean): void {
  touch(m, t, cell.owner, cell.name)
  if (write && !cell.dirty) m.markDirty(cell as Cell<unknown>)
  const a = cell.accesses
  const n = m.capacity
  const now = t.vc[t.id] as number
  if (plain) {
    cell.plainRun = m.runNumber
    if (write) {
      if (unordered(t, a, READ * n, n, cell.owner) || unordered(t, a, WRITE * n, n, cell.owner))
        race(m, t, cell, write)
    } else if (cell.dirty && unordered(t, a, WRITE * n, n, cell.owner)) race(m, t, cell, write)
    a[(write ? PLAIN_WRITE : PLAIN_READ) * n + t.id] = now
  } else if (cell.plainRun === m.runNumber) {
    if (
      unordered(t, a, PLAIN_WRITE * n, n, cell.owner) ||
      (write && unordered(t, a, PLAIN_READ * n, n, cell.owner))
    )
      race(m, t, cell, write)
  }
  a[(write ? WRITE : READ) * n + t.id] = now
  if (m.coverage !== null) handOff(m, t, cell)
}

/** Books an access to an object as a whole. */
export function touch(m: Machine, t: Thread, s: Struct, what: string): void {
  if (s.life !== Life.Live) reportUseAfterFree(m, t, s, what)
  const id = t.id
  s.lastAccess[id] = t.vc[id] as number
  s.lastStep[id] = m.step
  s.lastWhat[id] = what
  if (!s.dirty) m.markStruct(s)
}

/** Whether some other thread's booked access is neither known to `t` nor covered by its dependency on `s`. */
function unordered(t: Thread, booked: Int32Array, offset: number, n: number, s: Struct): boolean {
  return unorderedThread(t, booked, offset, n, s) >= 0
}

function unorderedThread(t: Thread, booked: Int32Array, offset: number, n: number, s: Struct): number {
  const vc = t.vc
  for (let u = 0; u < n; u++) {
    const c = booked[offset + u] as number
    if (c > (vc[u] as number) && u !== t.id) {
      const dependency = s.dependency[t.id]
      if (!dependency || c > (dependency[u] as number)) return u
    }
  }
  return -1
}

function race(m: Machine, t: Thread, cell: Cell<never>, write: boolean): void {
  const n = m.capacity
  const a = cell.accesses
  for (const kind of write ? [PLAIN_WRITE, WRITE, PLAIN_READ, READ] : [PLAIN_WRITE, WRITE]) {
    const u = unorderedThread(t, a, kind * n, n, cell.owner)
    if (u >= 0) {
      reportDataRace(
        m,
        t,
        cell as Cell<unknown>,
        write,
        m.threads[u] as Thread,
        kind === WRITE || kind === PLAIN_WRITE,
      )
      return
    }
  }
}

/** Directed hand-off of an object between threads (after Fray, OOPSLA'25): who had it before, who takes it. */
function handOff(m: Machine, t: Thread, cell: Cell<never>): void {
  const s = cell.owner
  const event = m.eventOf(t, cell as Cell<unknown>)
  if (s.lastThread !== t.id && s.lastThread >= 0) m.coverage?.hit(mix(s.lastEvent, event))
  s.lastThread = t.id
  s.lastEvent = event
}
