import type { Machine, Thread } from '../machine/index.js'

/** Where a thread stands: it is about to do `operation` for the nth time (counted from 1). */
export interface Anchor {
  readonly operation: string
  readonly nth: number
}

/** One agent running without interruption. */
export interface Turn {
  /** A thread's name, or its name plus `'s store buffer`. */
  readonly agent: string
  readonly steps: number
  /** What a thread is about to do when it is preempted; absent when it ended or blocked there. */
  readonly until?: Anchor
}

/** A value that was not the newest. */
export interface Pick {
  readonly agent: string
  /** The operation that chose. */
  readonly at: Anchor
  /** Ordinal of the choice in the execution, for exact replay. */
  readonly choice: number
  readonly value: number
}

/**
 * An execution's choices as a person can read them, and as another version of the code can follow them:
 * turns are measured in steps for exact replay, and anchored to what the thread was about to do for lenient
 * replay on changed code.
 */
export interface Schedule {
  readonly turns: readonly Turn[]
  readonly picks: readonly Pick[]
}

const BUFFER = "'s store buffer"

export function agentName(m: Machine, agent: number): string {
  const t = m.threads[agent % m.capacity] as Thread
  return agent < m.capacity ? t.name : t.name + BUFFER
}

/** The agent of that name, or -1. */
export function agentNamed(m: Machine, name: string): number {
  const buffer = name.endsWith(BUFFER)
  const thread = m.threads.findIndex((t) => t.name === (buffer ? name.slice(0, -BUFFER.length) : name))
  return thread < 0 ? -1 : buffer ? thread + m.capacity : thread
}

/** What a pending operation is called in anchors: the operation, and the field or object it is about. */
export function eventName(t: Thread): string {
  const { operation, cell } = t
  if (operation === null) return ''
  return cell === null ? operation.name : `${operation.name} ${cell.label}`
}

/** Counts each thread's events, so that "the 2nd write of mru_block" means something. */
export class EventCounter {
  private readonly counts: Map<string, number>[] = []

  /** The anchor of a thread's pending operation. */
  next(t: Thread): Anchor {
    const operation = eventName(t)
    return { operation, nth: (this.counts[t.id]?.get(operation) ?? 0) + 1 }
  }

  taken(t: Thread): void {
    const of = (this.counts[t.id] ??= new Map())
    const name = eventName(t)
    of.set(name, (of.get(name) ?? 0) + 1)
  }
}
