/** What an execution can be found guilty of; one name each, after the field's own words. A system's oracles add theirs. */
export type ViolationKind =
  | 'use-after-free'
  | 'double-free'
  | 'free-while-reachable'
  | 'refcount-underflow'
  | 'leak'
  | 'data-race'
  | 'torn-read'
  | 'deadlock'
  | 'lost-wakeup'
  | 'lost-callback'
  | 'callback-queued-twice'
  | 'livelock'
  | 'lock-misuse'
  | 'section-misuse'
  | 'assertion'
  | (string & {})

/**
 * `error`: the candidate is broken. `notice`: a graded observation that a reader wants to see and that does
 * not make a candidate broken by itself (a stale but safe lookup, a changed drain contract).
 */
export type Severity = 'error' | 'notice'

/** One side of a violation: which thread did what, where, when. */
export interface Site {
  readonly thread: string
  readonly role: string
  /** The operation and the cell it touched, e.g. `read RAMBlock.offset`. */
  readonly access: string
  /** Step of the execution, counted from 0; -1 when the site is no step (an object's whole life, say). */
  readonly step: number
}

export interface Violation {
  readonly kind: ViolationKind
  readonly severity: Severity
  /** What tells this violation from another one in the same campaign; free of thread numbers and steps. */
  readonly signature: string
  readonly message: string
  /** The object's label in this execution, e.g. `RAMBlock X`; empty when no object is concerned. */
  readonly object: string
  readonly sites: readonly Site[]
  /**
   * For lifetime and ordering violations: true when the harm happened in this very order, false when it is
   * inferred from the lack of a happens-before edge and another order of the same steps shows it.
   */
  readonly concrete: boolean
}
