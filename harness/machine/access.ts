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
  if (write && !cell.dirty) m.changes.cell(cell as Cell<unknown>)
  const a = cell.accesses
  const n = m.capacity
  const now = t.vc[t.id] as number
  if (plain) {
    cell.plainRun = m.runNumber
    if (write) {
      if (unordered(t, a, READ * n, n, cell.owner) || unordered(t, a, WRITE * n, n, cell.owner))
        race(m, t, cell, write, plain)
    } else if (cell.dirty && unordered(t, a, WRITE * n, n, cell.owner)) race(m, t, cell, write, plain)
    a[(write ? PLAIN_WRITE : PLAIN_READ) * n + t.id] = now
  } else if (cell.plainRun === m.runNumber) {
    if (
      unordered(t, a, PLAIN_WRITE * n, n, cell.owner) ||
      (write && unordered(t, a, PLAIN_READ * n, n, cell.owner))
    )
      race(m, t, cell, write, plain)
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
  if (!s.dirty) m.changes.struct(s)
}

/** Whether some other thread's booked access is neither known to `t` nor covered by its dependency on `s`. */
function unordered(t: Thread, booked: Int32Array, offset: number, n: number, s: Struct): boolean {
  const { vc } = t
  for (let u = 0; u < n; u++) {
    const at = booked[offset + u] as number
    if (at > (vc[u] as number) && unorderedBy(t, u, at, s)) return true
  }
  return false
}

function unorderedBy(t: Thread, u: number, at: number, s: Struct): boolean {
  if (at <= (t.vc[u] as number) || u === t.id) return false
  const dependency = s.dependency[t.id]
  return !dependency || at > (dependency[u] as number)
}

/** Reports the race with every thread that has one: which of them is met first is chance. */
function race(m: Machine, t: Thread, cell: Cell<never>, write: boolean, plain: boolean): void {
  const n = m.capacity
  const writes = plain ? WRITE : PLAIN_WRITE
  const reads = plain ? READ : PLAIN_READ
  const races = (kind: number, u: Thread): boolean =>
    unorderedBy(t, u.id, cell.accesses[kind * n + u.id] as number, cell.owner)
  for (const u of m.threads) {
    const wrote = races(writes, u)
    if (wrote || (write && races(reads, u))) reportDataRace(m, t, cell as Cell<unknown>, write, u, wrote)
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
