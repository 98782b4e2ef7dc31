import { copy, join, type Clock } from './clocks.js'
import { Part, History, type Identified, type Words } from './digest.js'
import type { Footprint } from './footprint.js'
import { hashString } from './hash.js'
import type { Machine } from './machine.js'
import type { Release } from './memory.js'
import type { State } from './state.js'
import type { Coroutine } from './op.js'
import type { Struct } from './struct.js'
import type { Thread } from './thread.js'

export type Callback = (t: Thread) => Coroutine<void>

/** The `struct rcu_head` embedded in an object: one callback at a time (domain R3). */
export class RcuHead implements Identified {
  queued = false
  callback: Callback | null = null
  /** The function that was passed to `callRcu`, for its name in traces. */
  func: { readonly name: string } | null = null
  /** Where the thread stood that queued it: what the callback may have captured follows from that. */
  readonly origin = new History()
  /** What those who queued this head, and the ones before it, knew then. */
  readonly clock: Clock

  constructor(
    readonly owner: Struct,
    readonly name: string,
  ) {
    this.clock = new Int32Array(owner.machine.capacity)
  }

  identify(words: Words): void {
    words.word(this.owner.identity)
    words.word(hashString(this.name))
    this.origin.identify(words)
  }
}

/** One outermost read-side section. */
export class Section implements Release {
  /** Its reader has asked to leave; under `tso` that may still be on its way. */
  left = false
  // Where its thread stood when it began: no two sections of a thread begin at the same place.
  private readonly a: number
  private readonly b: number

  constructor(
    readonly domain: RcuDomain,
    readonly thread: Thread,
    readonly serial: number,
  ) {
    this.a = thread.history.a
    this.b = thread.history.b
  }

  identify(words: Words): void {
    words.word(this.domain.identity)
    words.word(this.thread.id)
    words.word(this.a)
    words.word(this.b)
  }

  footprint(f: Footprint): void {
    f.read(this.domain.ends)
  }

  get label(): string {
    return `end of ${this.domain.name} section`
  }

  released(_t: Thread, clock: Clock): void {
    this.domain.end(this, clock)
  }
}

/** One grace period on its way. */
export class GracePeriod {
  waits = 0
  serial = 0
  /** Who waits for it. */
  thread = -1
  /** What its end makes known: see `RcuDomain`. */
  readonly clock: Clock

  constructor(capacity: number) {
    this.clock = new Int32Array(capacity)
  }
}

/**
 * A flavour or domain of RCU: QEMU's global one, or one SRCU domain (domain 1.2, 1.3).
 *
 * The guarantee, and nothing more (R5; LKMM "Grace-Period Guarantee", explanation.txt): for a grace period
 * and a section, either all of the section happens before the end of the grace period, or everything before
 * its start happens before the section. So
 * - a grace period ends when every section that was open at its start has ended;
 * - its end joins the clocks of the sections that ended before its start, and of those it waited for;
 *   joining later ones as well would hide bugs. What a section has read counts, acquired or not: every store
 *   that reached its CPU before its end is known after (LKMM: "propagates to C's CPU before the end of C");
 * - a section that begins after its start joins what its caller knew at the start; not the sections that had
 *   ended by then, of which the guarantee says nothing.
 * Entering a section orders nothing by itself (util/rcu.c: a relaxed store, the barrier is the updater's).
 */
export class RcuDomain {
  private sections: Section[] = []
  private readonly periods: GracePeriod[] = []
  private readonly idle: GracePeriod[] = []
  private serial = 0
  private readonly ended: Clock
  private readonly started: Clock
  /** `drain_call_rcu` callers at work: they let the notifier kick readers out (R6). */
  draining = 0
  /** For footprints: that sections and grace periods begin, that sections end, that they are asked to. */
  readonly starts: number
  readonly ends: number
  readonly lefts: number
  readonly identity: number

  constructor(
    private readonly m: Machine,
    readonly name: string,
  ) {
    this.ended = new Int32Array(m.capacity)
    this.started = new Int32Array(m.capacity)
    this.starts = m.resource()
    this.ends = m.resource()
    this.lefts = m.resource()
    this.identity = m.identity(name)
  }

  state(s: State): void {
    const { digest } = s
    for (const section of this.sections) {
      let waiting = 0
      digest.begin(Part.Section)
      section.identify(digest)
      digest.word(Number(section.left))
      for (const gp of this.periods) if (section.serial < gp.serial) waiting |= 1 << gp.thread
      digest.word(waiting)
      digest.end()
    }
    for (const gp of this.periods) {
      digest.begin(Part.GracePeriod)
      digest.word(this.identity)
      digest.word(gp.thread)
      s.clock(gp.clock)
      digest.end()
    }
    digest.begin(Part.Domain)
    digest.word(this.identity)
    digest.word(this.draining)
    s.clock(this.ended)
    s.clock(this.started)
    digest.end()
  }

  begin(t: Thread): Section {
    join(t.vc, this.started)
    const section = new Section(this, t, ++this.serial)
    this.sections.push(section)
    return section
  }

  end(section: Section, clock: Clock): void {
    remove(this.sections, section)
    const read = section.thread.acquirable
    join(this.ended, clock)
    join(this.ended, read)
    for (const gp of this.periods) {
      if (section.serial < gp.serial) {
        gp.waits--
        join(gp.clock, clock)
        join(gp.clock, read)
      }
    }
  }

  startGracePeriod(t: Thread): GracePeriod {
    const gp = this.idle.pop() ?? new GracePeriod(this.m.capacity)
    gp.serial = ++this.serial
    gp.thread = t.id
    copy(gp.clock, this.ended)
    gp.waits = this.sections.length
    this.periods.push(gp)
    join(this.started, t.vc)
    return gp
  }

  endGracePeriod(t: Thread, gp: GracePeriod): void {
    remove(this.periods, gp)
    join(t.vc, gp.clock)
    this.idle.push(gp)
  }

  /** Whether a grace period is waiting for a section of this thread. */
  waitsFor(t: Thread): boolean {
    return this.periods.some((gp) => this.sections.some((s) => s.thread === t && s.serial < gp.serial))
  }

  forOpen(f: (section: Section) => void): void {
    for (const section of this.sections) f(section)
  }

  /** The readers that a grace period still waits for, in the order of their ids. */
  waitedFor(gp: GracePeriod): Thread[] {
    const readers = this.sections.filter((s) => s.serial < gp.serial).map((s) => s.thread)
    return readers.sort((a, b) => a.id - b.id)
  }

  /**
   * Where a reader stands towards the grace periods in flight, for coverage: 0 outside a section, 1 in one
   * while no grace period runs, 2 in one that began after the running grace period, 3 in one that it waits for.
   */
  phaseFor(t: Thread): number {
    if (t.section === null) return 0
    if (this.periods.length === 0) return 1
    return t.section.serial < (this.periods[0] as GracePeriod).serial ? 3 : 2
  }

  reset(): void {
    this.sections.length = 0
    while (this.periods.length > 0) this.idle.push(this.periods.pop() as GracePeriod)
    this.draining = 0
  }

  forgetClocks(): void {
    this.ended.fill(0)
    this.started.fill(0)
  }
}

/** Takes one element out; the order of the others does not matter. */
function remove<T>(list: T[], item: T): void {
  const last = list.pop() as T
  if (last !== item) list[list.indexOf(item)] = last
}

/**
 * The `call_rcu` queue of util/rcu.c: FIFO; a callback is enqueued first and counted after, and a batch is
 * what was counted before its grace period began (R1), so a callback queued by a callback waits for a
 * grace period of its own (R2).
 */
export class CallbackQueue {
  private readonly heads: RcuHead[] = []
  private first = 0
  counted = 0
  /** Heads whose callback was overwritten before it ran. */
  private readonly lost: RcuHead[] = []
  private readonly clock: Clock
  /** The `xchg` on the tail: who queues follows all who queued before, counted or not. */
  private readonly tail: Clock

  constructor(m: Machine) {
    this.clock = new Int32Array(m.capacity)
    this.tail = new Int32Array(m.capacity)
  }

  /** Returns false when the head is in the queue already: its old callback is then lost (R3). */
  enqueue(t: Thread, head: RcuHead, callback: Callback, func: { readonly name: string }): boolean {
    join(this.tail, t.vc)
    copy(head.clock, this.tail)
    if (head.queued) this.lost.push(head)
    head.origin.set(t.history.a, t.history.b)
    head.callback = callback
    head.func = func
    if (head.queued) return false
    head.queued = true
    this.heads.push(head)
    return true
  }

  /** A batch may start with heads that are not counted yet, but are queued before one that is. */
  count(t: Thread, head: RcuHead): void {
    this.counted++
    join(this.clock, t.vc)
    join(this.clock, head.clock)
  }

  takeBatch(t: Thread): number {
    const n = this.counted
    this.counted = 0
    join(t.vc, this.clock)
    return n
  }

  /** The oldest head. */
  get next(): RcuHead | null {
    return this.heads[this.first] ?? null
  }

  state(s: State): void {
    const { digest } = s
    digest.begin(Part.Queue)
    digest.word(this.counted)
    for (let i = this.first; i < this.heads.length; i++) (this.heads[i] as RcuHead).identify(digest)
    s.clock(this.clock)
    s.clock(this.tail)
    digest.end()
    for (const head of this.lost) {
      digest.begin(Part.Lost)
      head.identify(digest)
      digest.end()
    }
  }

  /** Takes the oldest head off the queue; from here on it may be queued again. */
  dequeue(): RcuHead | null {
    const head = this.heads[this.first]
    if (!head) return null
    this.first++
    head.queued = false
    return head
  }

  /** The heads whose callbacks will not run: overwritten, or still in the queue when all is over. */
  forLost(f: (head: RcuHead) => void): void {
    for (const head of this.lost) f(head)
    for (let i = this.first; i < this.heads.length; i++) f(this.heads[i] as RcuHead)
  }

  reset(): void {
    for (const head of this.heads) head.queued = false
    this.heads.length = this.lost.length = 0
    this.first = 0
    this.counted = 0
  }

  forgetClocks(): void {
    this.clock.fill(0)
    this.tail.fill(0)
  }
}

/** The call_rcu thread (util/rcu.c: `call_rcu_thread`): a grace period, then the batch, under the BQL. */
export function* callRcuThread(t: Thread): Coroutine<void> {
  const { bql } = t.machine
  const start = t.mark()
  for (;;) {
    t.forget(start)
    const n = yield* t.awaitCallbacks()
    yield* t.synchronizeRcu()
    yield* t.lock(bql)
    for (let i = 0; i < n; i++) {
      const callback = yield* t.dequeueCallback()
      if (callback) yield* callback(t)
      t.forget(start, n - i)
    }
    yield* t.unlock(bql)
  }
}
