import { copy, join, type Clock } from './clocks.js'
import { Part, type Words } from './digest.js'
import type { Footprint } from './footprint.js'
import type { Machine } from './machine.js'
import type { Release } from './memory.js'
import type { State } from './state.js'
import type { Thread } from './thread.js'

/** A mutex with an owner. Locking acquires, unlocking releases; it is not recursive (the BQL asserts so). */
export class Mutex implements Release {
  owner: Thread | null = null
  /** Taken, or let go of by an unlock that is still on its way to memory. */
  held = false
  readonly clock: Clock
  readonly resource: number
  private readonly identity: number

  constructor(
    private readonly m: Machine,
    readonly name: string,
  ) {
    this.clock = new Int32Array(m.capacity)
    this.resource = m.resource()
    this.identity = m.identity(name)
  }

  get label(): string {
    return `unlock ${this.name}`
  }

  identify(words: Words): void {
    words.word(this.identity)
  }

  footprint(f: Footprint): void {
    f.write(this.resource)
  }

  state(s: State): void {
    s.digest.begin(Part.Mutex)
    s.digest.word(this.identity)
    s.digest.word(Number(this.held))
    s.digest.word(this.owner ? this.owner.id : -1)
    s.clock(this.clock)
    // What a thread wrote before it unlocked is ordered for that thread: see `take`.
    if (this.m.memory.ordersFences)
      for (const t of this.m.threads) s.component(t.id, this.clock[t.id] as number)
    s.digest.end()
  }

  take(t: Thread): void {
    this.held = true
    this.owner = t
    // LKMM po-unlock-lock-po: what the thread wrote before it last unlocked is ordered before what follows.
    t.ordered = Math.max(t.ordered, this.clock[t.id] as number)
    join(t.vc, this.clock)
  }

  released(_t: Thread, clock: Clock): void {
    this.held = false
    copy(this.clock, clock)
  }

  reset(): void {
    this.held = false
    this.owner = null
  }

  forgetClocks(): void {
    this.clock.fill(0)
  }
}

/** A condition variable. A signal that nobody waits for is lost, as with `qemu_cond_signal`. */
export class Condition {
  readonly waiters: Thread[] = []
  /** Threads that were woken and have not run yet. */
  readonly woken: Thread[] = []
  /** A signal came when nobody waited: if a thread then waits for ever, that was its wake-up. */
  missed = false
  readonly clock: Clock
  readonly resource: number
  private readonly identity: number

  constructor(
    m: Machine,
    readonly name: string,
  ) {
    this.clock = new Int32Array(m.capacity)
    this.resource = m.resource()
    this.identity = m.identity(name)
  }

  state(s: State): void {
    const { digest } = s
    digest.begin(Part.Condition)
    digest.word(this.identity)
    digest.word(Number(this.missed))
    for (const t of this.waiters) digest.word(t.id)
    digest.word(-1)
    for (const t of this.woken) digest.word(t.id)
    s.clock(this.clock)
    digest.end()
  }

  signal(t: Thread, all: boolean): void {
    join(this.clock, t.vc)
    if (this.waiters.length === 0) this.missed = true
    do {
      const waiter = this.waiters.shift()
      if (waiter) this.woken.push(waiter)
    } while (all && this.waiters.length > 0)
  }

  reset(): void {
    this.waiters.length = 0
    this.woken.length = 0
    this.missed = false
  }

  forgetClocks(): void {
    this.clock.fill(0)
  }
}
