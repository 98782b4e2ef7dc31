import type { Footprint } from './footprint.js'
import { hashString } from './hash.js'
import type { Machine } from './machine.js'
import type { Thread } from './thread.js'

/** What a coroutine hands to the machine between two steps; its content is the thread's pending request. */
export type Step = undefined

/** Code of a thread: every `yield*` of an operation is one step of the execution. */
export type Coroutine<R> = Generator<Step, R, void>

/** One requested operation: `const value = yield* t.read(cell)`. */
export interface Op<R> {
  [Symbol.iterator](): Iterator<Step, R, void>
}

/** How an operation orders what stands around it, in the C11 / LKMM sense. */
export const enum Order {
  Plain,
  Relaxed,
  Acquire,
  Release,
}

/**
 * One kind of step. All kinds are instances of this one class, so that the run loop stays monomorphic;
 * each is defined once, next to the state it works on.
 */
export class Operation {
  /** Coverage identity. */
  readonly hash: number
  /** What the pending step will look at and change; everything, unless it is said. */
  footprint: (m: Machine, t: Thread, f: Footprint) => void = (_m, _t, f) => {
    f.everything = true
  }

  constructor(
    /** As a trace prints it, and as schedules are anchored to it. */
    readonly name: string,
    /** Carries the step out, and leaves its result in `t.result`. */
    readonly perform: (m: Machine, t: Thread) => void,
    /** Whether the step can be taken now; null = always. */
    readonly enabled: ((m: Machine, t: Thread) => boolean) | null = null,
    /** What a blocked thread waits for, in words. */
    readonly awaits: (t: Thread) => string = () => '',
    /** The threads that a blocked thread waits for, as far as they are known. */
    readonly blockers: (t: Thread) => readonly Thread[] = () => [],
    /** It looks at the world and does not change it: a spin loop that does only this makes no progress. */
    readonly looks = false,
  ) {
    this.hash = hashString(name)
  }

  /** Says what the step looks at and changes, so that a search knows with which steps it commutes. */
  touching(footprint: (m: Machine, t: Thread, f: Footprint) => void): this {
    this.footprint = footprint
    return this
  }
}

export const PENDING: IteratorYieldResult<Step> = { done: false, value: undefined }
