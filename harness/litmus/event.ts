import type { At } from './ast.js'
import type { Value } from './value.js'

/**
 * What an event is; names and meaning as in the kernel's tools/memory-model (herd-representation.txt, lock.cat).
 * R, W: accesses. F: fences and RCU's markers. SRCU: `synchronize_srcu`. LKR, LKW: the two halves of taking a
 * lock. UL: unlock. LF: a failed trylock. RL, RU: `spin_is_locked` that says yes, no. IW: an initial value.
 */
export type EventKind = 'R' | 'W' | 'F' | 'SRCU' | 'LKR' | 'LKW' | 'UL' | 'LF' | 'RL' | 'RU' | 'IW'

/** The annotation of an access or fence, as linux-kernel.bell names them. */
export type Tag =
  | 'plain'
  | 'once'
  | 'acquire'
  | 'release'
  | 'noreturn'
  | 'mb'
  | 'rmb'
  | 'wmb'
  | 'barrier'
  | 'before-atomic'
  | 'after-atomic'
  | 'after-spinlock'
  | 'after-unlock-lock'
  | 'after-srcu-read-unlock'
  | 'rcu-lock'
  | 'rcu-unlock'
  | 'sync-rcu'
  | 'srcu-lock'
  | 'srcu-unlock'
  | 'sync-srcu'

/** One event of a thread, along one path through its code. */
export interface Event {
  /** Its number in the execution that is looked at. */
  id: number
  readonly thread: number
  readonly kind: EventKind
  readonly tag: Tag
  /** null: it accesses nothing. */
  readonly address: Value | null
  /** What a write stores; null for other events. */
  readonly value: Value | null
  /** The reads that its address, its stored value, and its being executed at all hang on. */
  readonly addr: readonly Event[]
  readonly data: readonly Event[]
  readonly ctrl: readonly Event[]
  /** Part of an atomic read-modify-write, which may have failed to write. */
  readonly atomic: boolean
  /** For the write of a read-modify-write: its read. */
  readonly rmw: Event | null
  readonly at: At
}

export const READS: readonly EventKind[] = ['R', 'LKR', 'LF', 'RL', 'RU']
export const WRITES: readonly EventKind[] = ['W', 'LKW', 'UL', 'IW']
