import type { Clock } from './clocks.js'
import type { Message } from './message.js'
import { INITIAL_TAG } from './tags.js'
import type { Struct } from './struct.js'

/**
 * How a cell takes part in reachability:
 * `link` keeps what it points to reachable (a list's next pointer, an owner's child);
 * `word` does not (numbers, and raw pointers such as a cache that is validated before use).
 */
export type CellKind = 'word' | 'link' | 'refcount'

/** A shared memory location. It belongs to an allocation, and only operations of a thread reach its value. */
export class Cell<T> {
  /** Newest value in memory (under `weak`: of the last message in modification order). */
  value: T
  /** Value at the start of every execution. */
  initial: T
  /** Written in this execution. */
  dirty = false
  /** Under `sc` and `tso`: the clock that the newest value carries, when it was stored by an atomic access. */
  carries = false
  carried: Clock = NO_CLOCK
  /** Per thread, when it last read, wrote, plainly read, plainly wrote: four clocks in a row (`access.ts`). */
  accesses: Clock = NO_CLOCK
  /** The last execution in which it was accessed plainly; where none was, nothing can race. */
  plainRun = -1
  /** The same in every process; and, for footprints, a small number of this machine's. */
  identity = 0
  resource = 0
  /** Coverage identity of the access that stored the newest value. */
  writer = 0
  /** Tag of the newest store (`tags.ts`). */
  tag = INITIAL_TAG
  /** `weak` only: modification order, newest first. */
  newest: Message | null = null
  /** `weak` only: the message every execution starts with. */
  first: Message | null = null

  constructor(
    readonly owner: Struct,
    readonly name: string,
    initial: T,
    readonly kind: CellKind,
    /** Numbers wrap at 2^bits; 0 = never. */
    public bits: number,
    /** Identity for coverage: the same for this field of every object of the type, in every process. */
    readonly field: number,
  ) {
    this.value = initial
    this.initial = initial
  }

  /** The value as the location's width lets it be stored. */
  fit(value: T): T {
    if (this.bits === 0) return value
    const modulus = 2 ** this.bits
    const v = (value as number) % modulus
    return (v < 0 ? v + modulus : v) as T
  }

  get label(): string {
    return `${this.owner.label}.${this.name}`
  }
}

const NO_CLOCK: Clock = new Int32Array(0)
