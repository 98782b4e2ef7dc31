import type { Clock } from './clocks.js'
import { INITIAL_TAG } from './tags.js'

/** One store, in its location's modification order. */
export class Message {
  value: unknown
  older: Message | null = null
  newer: Message | null = null
  /** Per thread: its clock when it first knew of this store (wrote or read it). */
  readonly seen: Clock
  /** What an acquire load of this message learns; valid if `releases`. */
  readonly clock: Clock
  releases = false
  /** What a thread may rely on behind the pointer stored here; valid if `depends`. */
  readonly dependency: Clock
  depends = false
  /** A read-modify-write read this message and follows it at once: nothing goes in between. */
  taken = false
  /** For a pair store: the message of the other word. */
  twin: Message | null = null
  tag = INITIAL_TAG
  event = 0
  /** For the digest of a state: when it was last taken, and the message's place in it. */
  visit = 0
  position = 0
  home = 0

  constructor(capacity: number) {
    this.seen = new Int32Array(capacity)
    this.clock = new Int32Array(capacity)
    this.dependency = new Int32Array(capacity)
  }
}

/** Whether the clock, or the dependency, covers a time at which some thread knew the store. */
export function known(vc: Clock, dependency: Clock | null, msg: Message): boolean {
  for (let u = 0; u < vc.length; u++) {
    const seen = msg.seen[u] as number
    if (seen <= (vc[u] as number)) return true
    if (dependency !== null && seen <= (dependency[u] as number)) return true
  }
  return false
}

/** Whether `y` is not older than what the pair stores at or before `x` put into y's location. */
export function together(x: Message, y: Message): boolean {
  for (let p: Message | null = x; p !== null; p = p.older) {
    if (p.twin !== null) return notOlder(y, p.twin)
  }
  return true
}

/** Whether `y` stands at or after `than` in their location's modification order. */
export function notOlder(y: Message, than: Message): boolean {
  for (let p: Message | null = y; p !== null; p = p.older) if (p === than) return true
  return false
}

/** Whether `y` stands after `than`. */
export function newer(y: Message, than: Message): boolean {
  return y !== than && notOlder(y, than)
}
