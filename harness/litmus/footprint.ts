import type { Machine, Mutex, RcuDomain, Section, Thread } from '../machine/index.js'

/** What the next step of an agent touches, as far as the order of steps matters for it. */
export interface Footprint {
  /** A thread and its store buffer are one. */
  readonly thread: number
  readonly reads: readonly string[]
  readonly writes: readonly string[]
}

/** Whether two steps lead to the same state in either order. */
export function independent(a: Footprint, b: Footprint): boolean {
  return (
    a.thread !== b.thread &&
    !a.writes.some((w) => b.writes.includes(w) || b.reads.includes(w)) &&
    !b.writes.some((w) => a.reads.includes(w))
  )
}

/** The global order of full fences, which `weak` keeps (`WeakMemory.fullFence`). */
const FENCES = 'full fences'

export function footprint(m: Machine, agent: number): Footprint {
  if (agent < m.capacity) return ofThread(m, m.threads[agent] as Thread)
  const thread = agent - m.capacity
  const what = m.memory.describeDrain(m.threads[thread] as Thread)
  // The end of a section only adds to what it leaves behind: two of them may swap.
  return what.startsWith('end of ')
    ? { thread, reads: [what.slice('end of '.length, -' section'.length)], writes: [] }
    : { thread, reads: [], writes: what.replace(/^unlock /, '').split(', ') }
}

function ofThread(m: Machine, t: Thread): Footprint {
  const thread = t.id
  const touch = (reads: readonly string[], writes: readonly string[]): Footprint => ({
    thread,
    reads,
    writes,
  })
  const cell = t.cell?.label ?? ''
  const fences = m.memory.name === 'weak' ? [FENCES] : []
  const name = t.operation?.name ?? ''
  switch (name) {
    case 'read':
    case 'loadAcquire':
    case 'plainRead':
    case 'rcuDereference':
      return touch([cell], [])
    case 'write':
    case 'storeRelease':
    case 'plainWrite':
    case 'rcuAssignPointer':
      return touch([], m.memory.buffering ? [] : [cell])
    case 'xchg':
    case 'cmpxchg':
    case 'fetchAdd':
    case 'fetchModify':
      return touch([], [cell, ...fences])
    case 'smpMb':
      return touch([], fences)
    case 'smpRmb':
    case 'smpWmb':
      return touch([], [])
    case 'lock':
    case 'tryLock':
      return touch([], [(t.x as Mutex).name])
    case 'isLocked':
      return touch([(t.x as Mutex).name], [])
    case 'unlock':
      return touch([], m.memory.buffering ? [] : [(t.x as Mutex).name])
    case 'rcuReadLock':
      return touch([m.rcu.name], [])
    case 'rcuReadUnlock':
      return touch(m.memory.buffering ? [] : [m.rcu.name], [])
    case 'srcuReadLock':
      return touch([(t.x as RcuDomain).name], [])
    case 'srcuReadUnlock':
      return touch(m.memory.buffering ? [] : [(t.x as Section).domain.name], [])
    case 'gracePeriodStart':
    case 'gracePeriodEnd':
      return touch([], [(t.x as RcuDomain).name, ...fences])
    default:
      throw new Error(`what does ${name} touch?`)
  }
}
