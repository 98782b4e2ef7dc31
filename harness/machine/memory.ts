import type { Cell } from './cell.js'
import type { Identified } from './digest.js'
import type { Footprint } from './footprint.js'
import type { Order } from './op.js'
import type { State } from './state.js'
import type { Thread } from './thread.js'

export const MEMORY_MODELS = ['sc', 'tso', 'weak'] as const
export type MemoryModelName = (typeof MEMORY_MODELS)[number]

/** What a read-modify-write stores, given what it read; `undefined` stores nothing (a failed compare). */
export type Modify<T> = (old: T) => T | undefined

/**
 * One memory model. It decides what a load returns, when a store is seen, and what happens-before follows.
 * Accesses were already recorded and checked for races and lifetime (`access.ts`).
 */
export interface MemoryModel {
  readonly name: MemoryModelName
  /** Whether threads have store buffers, which are agents of their own. */
  readonly buffering: boolean
  /** Whether there is one order of all full fences that says more than their threads' own orders. */
  readonly ordersFences: boolean
  /** Whether a load may return a value that others have overwritten for all to see. */
  readonly showsOld: boolean
  load<T>(t: Thread, cell: Cell<T>, order: Order): T
  store<T>(t: Thread, cell: Cell<T>, value: T, order: Order): void
  /** Atomic; fully ordered, as QEMU's `qatomic_*` and the kernel's value-returning atomics are. */
  modify<T>(t: Thread, cell: Cell<T>, f: Modify<T>): T
  /** One 16-byte access to two words. */
  loadPair<A, B>(t: Thread, a: Cell<A>, b: Cell<B>, order: Order): [A, B]
  storePair<A, B>(t: Thread, a: Cell<A>, b: Cell<B>, x: A, y: B, order: Order): void
  /** Reads the newest value, as an acquire load that waited for it. */
  loadNewest<T>(t: Thread, cell: Cell<T>): T
  /** The newest value, counting the stores that wait in the thread's own buffer. For oracles: no access. */
  own<T>(t: Thread, cell: Cell<T>): T
  acquireFence(t: Thread): void
  releaseFence(t: Thread): void
  fullFence(t: Thread): void
  /** Whether a step that a store buffer would hold back (atomic, fence, lock) can be taken now. */
  drained(t: Thread): boolean
  /** Whether `loadPair` can be served now. */
  pairReady(t: Thread, a: Cell<unknown>, b: Cell<unknown>): boolean
  /** Runs `effect` when all earlier stores of the thread are in memory: a release that is no cell's store. */
  release(t: Thread, effect: Release): void
  /** Stores that wait in the thread's store buffer. */
  buffered(t: Thread): number
  /** Moves the oldest buffered store to memory: a step of its own. */
  drain(t: Thread): void
  describeDrain(t: Thread): string
  /** What `drain` will look at and change. */
  drainFootprint(t: Thread, f: Footprint): void
  /** The model's part of a state: see `State`. */
  beginState(s: State): void
  threadState(s: State, t: Thread): void
  cellState(s: State, cell: Cell<unknown>): void
  viewState(s: State, clock: Int32Array): void
  viewOfOneState(s: State, thread: number, time: number): void
  state(s: State): void
  /** Back to the state before the first step. */
  reset(): void
  resetCell(cell: Cell<unknown>): void
  forgetClocks(): void
}

/** Something that a thread lets go of: a mutex, a read-side section. */
export interface Release extends Identified {
  readonly label: string
  /** `clock`: what the releasing thread knew. */
  released(t: Thread, clock: Int32Array): void
  /** What `released` will look at and change. */
  footprint(f: Footprint): void
}
