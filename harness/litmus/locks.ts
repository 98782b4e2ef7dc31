import type { Event } from './event.js'
import type { Execution } from './execution.js'

/**
 * Notes the unlock of each lock that has one; false if a thread takes a lock that it holds, or if two hold one for
 * ever.
 */
export function matchLocks(x: Execution, unlockOf: Map<number, number>): boolean {
  unlockOf.clear()
  const unmatched = new Set<number>()
  for (const lock of x.events) {
    if (lock.kind !== 'LKW') continue
    const location = x.location[lock.id] as number
    const next = x.events.find(
      (e) =>
        e.id > lock.id &&
        e.thread === lock.thread &&
        x.location[e.id] === location &&
        (e.kind === 'UL' || e.kind === 'LKR'),
    )
    if (next?.kind === 'LKR') return false
    if (next) unlockOf.set(lock.id, next.id)
    else if (unmatched.has(location)) return false
    else unmatched.add(location)
  }
  return true
}

/**
 * Taking a lock reads from what comes right before it in the order of the lock's writes: an unlock, or the
 * initial state. Returns the reads that are decided by that.
 */
export function readLocks(x: Execution, order: readonly Event[]): Event[] {
  const reads: Event[] = []
  order.forEach((w, k) => {
    if (w.kind !== 'LKW' || !w.rmw) return
    x.readsFrom[w.rmw.id] = (order[k - 1] as Event).id
    reads.push(w.rmw)
  })
  return reads
}
