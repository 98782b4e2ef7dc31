import type { Event } from './event.js'
import { isInitial, isWrite, type Execution } from './execution.js'

/** The writes that a read of a known location may read from, as far as program order and locks say. */
export function sourcesOf(x: Execution, read: Event): Event[] {
  const location = x.location[read.id] as number
  if (location === -1) return []
  const there = x.events.filter(
    (w) => isWrite(w) && (x.location[w.id] === location || (x.location[w.id] === -1 && w.kind === 'W')),
  )
  const own = (w: Event): boolean => w.thread === read.thread
  if (read.kind === 'R') {
    const last = there.findLast((w) => own(w) && w.id < read.id && x.location[w.id] === location)
    return there.filter(
      (w) =>
        (w.kind === 'W' || w.kind === 'IW') &&
        (own(w) ? w.id < read.id && w.id >= (last?.id ?? 0) : !(isInitial(w) && last)),
    )
  }
  const before = there.findLast((w) => own(w) && w.id < read.id)
  if (read.kind === 'RU') {
    // Not inside a section of the own thread; else the last unlock of this thread, or any other's.
    if (before?.kind === 'LKW') return []
    return there.filter((w) => (own(w) ? w === before : w.kind === 'UL' || isInitial(w)))
  }
  // LF, RL: the lock is held, by this thread if it is in a section of it, else by another one.
  if (before?.kind === 'LKW') return [before]
  return there.filter((w) => w.kind === 'LKW' && !own(w))
}
