import type { Cell } from './cell.js'
import type { Machine } from './machine.js'
import type { Thread } from './thread.js'
import type { Violation } from './violations.js'

/** Who decides what happens next. All that is not decided here is a function of the program. */
export interface Chooser {
  /**
   * One of `machine.enabled[0..enabledCount)`: a thread's id, or `capacity` + id for its store buffer; or
   * `BREAK_OFF`, which ends the execution here and now.
   */
  nextAgent(machine: Machine): number
  /** One of 0..n-1; 0 is the newest value, or the newest place. */
  nextValue(n: number, machine: Machine): number
  /**
   * Whether the thread that took the last step takes this one, too, which it can at any time. Asked before it is
   * found out who else could: a chooser that often knows without looking brings it, and is much faster for it.
   */
  staysWith?(machine: Machine, t: Thread): boolean
}

/** Where coverage goes: identities are 32-bit hashes, equal in every process. */
export interface CoverageSink {
  hit(identity: number): void
}

/** Sees every step; only present in replays. */
export interface Tracer {
  /** Where in a candidate's source the request that is being made stands. */
  site(): string | null
  before(machine: Machine, agent: number): void
  after(machine: Machine, agent: number): void
  readFrom(machine: Machine, thread: Thread, cell: Cell<unknown>, tag: number): void
}

/** Answer of `nextAgent`. */
export const BREAK_OFF = -1

/** How an execution ended. */
export interface Outcome {
  readonly steps: number
  readonly violations: readonly Violation[]
}

/** A candidate or system that does not behave as a program of this machine: it throws, or yields no step. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
}
