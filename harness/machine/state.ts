import type { Cell } from './cell.js'
import type { Clock } from './clocks.js'
import { Digest, Part } from './digest.js'
import { mix } from './hash.js'
import type { Machine } from './machine.js'
import { Moment } from './moment.js'
import type { Relevance } from './relevance.js'
import { Life, type Struct } from './struct.js'
import type { Thread } from './thread.js'

/**
 * A fingerprint of everything that decides what the machine can still do and what it will report: two states
 * with the same one have the same future.
 *
 * - A thread stands where the answers that it got have led it (`History`).
 * - Clocks grow with every step, but are only ever compared: with when a message was first seen (`weak`), with
 *   booked accesses (races, "free is an access") and with moments that an oracle keeps. So a clock is what it
 *   covers of those, and joins and copies act on that alone. Bookings count only as far as some thread may
 *   still be judged by them (`relevance.ts`).
 * - Steps and progress are counted, but only differences decide, of threads that spin.
 */
export class State {
  readonly digest = new Digest()
  /** What the system keeps outside cells, alone. */
  private readonly outside = new Digest()
  // Booked accesses and moments that clocks are compared with: of which thread, when, and what they are.
  private readonly by: number[] = []
  private readonly at: number[] = []
  private readonly keyA: number[] = []
  private readonly keyB: number[] = []
  private count = 0

  constructor(
    readonly m: Machine,
    readonly relevance: Relevance,
  ) {}

  get bookLow(): number {
    return this.outside.low
  }

  get bookHigh(): number {
    return this.outside.high
  }

  /** Takes the fingerprint of the state before the next step; it is in `digest`. */
  take(): void {
    const { m, digest } = this
    digest.clear()
    this.count = 0
    this.readBooks()
    digest.low = this.outside.low
    digest.high = this.outside.high
    for (let i = 0; i < m.changes.structCount; i++) this.bookings(m.changes.structs[i] as Struct)
    m.memory.beginState(this)
    for (const t of m.threads) this.thread(t)
    for (let i = 0; i < m.changes.cellCount; i++)
      m.memory.cellState(this, m.changes.cells[i] as Cell<unknown>)
    m.memory.state(this)
    for (let i = 0; i < m.changes.structCount; i++) this.struct(m.changes.structs[i] as Struct)
    m.allocator.state(this)
    for (const domain of m.domains) domain.state(this)
    for (const mutex of m.mutexes) mutex.state(this)
    for (const condition of m.conditions) condition.state(this)
    m.callbacks.state(this)
  }

  /** Of the books alone, after `take` or by itself. */
  readBooks(): void {
    this.outside.clear()
    let i = 0
    for (const book of this.m.books)
      for (const entry of book()) {
        this.outside.begin(Part.Book)
        this.outside.word(++i)
        if (entry instanceof Moment) {
          this.outside.word(entry.thread)
          this.compareWith(entry.thread, entry.clock, mix(Part.Book, i), ~i)
        } else this.outside.value(entry)
        this.outside.end()
      }
  }

  private compareWith(thread: number, clock: number, keyA: number, keyB: number): void {
    const i = this.count++
    this.by[i] = thread
    this.at[i] = clock
    this.keyA[i] = keyA
    this.keyB[i] = mix(keyB, keyA)
  }

  /** The accesses to an object that a later `free` or a racing access will be held against. */
  private bookings(s: Struct): void {
    if (s.life !== Life.Live) return
    const { relevance } = this
    const judges = relevance.freers(s)
    if (judges !== 0)
      for (let u = 0; u < s.lastAccess.length; u++)
        this.bookedBy(u, s.lastAccess[u] as number, judges, s.identity, 1)
    if (!relevance.anyRaces) return
    for (const cell of s.cells) {
      const kinds = relevance.racing(cell)
      if (kinds === null) continue
      const n = this.m.capacity
      for (let kind = 0; kind < 4; kind++)
        for (let u = 0; u < n; u++) {
          const judges = kinds[kind * n + u] as number
          if (judges !== 0)
            this.bookedBy(u, cell.accesses[kind * n + u] as number, judges, cell.identity, kind + 2)
        }
    }
  }

  /** A booking counts until all who may be judged by it have come to know it. */
  private bookedBy(u: number, at: number, judges: number, identity: number, kind: number): void {
    if (at <= this.m.epoch) return
    const { threads } = this.m
    for (let i = 0; i < threads.length; i++) {
      const t = threads[i] as Thread
      if (i !== u && (judges & (1 << i)) !== 0 && !t.finished && (t.vc[u] as number) < at)
        return this.compareWith(u, at, mix(identity, kind), u)
    }
  }

  private thread(t: Thread): void {
    const { digest, m } = this
    digest.begin(Part.Thread)
    digest.word(t.id)
    digest.word(t.history.a)
    digest.word(t.history.b)
    digest.word(t.rcuDepth)
    const waits = t.operation?.name === 'cpuRelax' ? (t.othersProgress > (t.x as number) ? 1 : 2) : 0
    digest.word(waits * 4 + Number(t.spinning) * 2 + Number(t.seesNewest))
    this.clock(t.vc)
    // Queued and not counted yet: the count makes known what the head knows.
    if (t.operation?.name === 'callRcuCount') this.clock((t.x as { readonly clock: Clock }).clock)
    m.memory.threadState(this, t)
    digest.end()
  }

  private struct(s: Struct): void {
    const { digest } = this
    if (s.allocated || s.life !== Life.Live) {
      digest.begin(Part.Struct)
      digest.word(s.identity)
      digest.word(s.life)
      if (this.m.allocator.byAddress(s)) digest.word(s.address)
      digest.end()
    }
    for (let t = 0; t < s.dependency.length; t++) {
      const dependency = s.dependency[t]
      if (!dependency) continue
      digest.begin(Part.Dependency)
      digest.word(s.identity)
      digest.word(t)
      this.clock(dependency)
      digest.end()
    }
  }

  /** Feeds what a clock covers. */
  clock(clock: Clock): void {
    let a = 0
    let b = 0
    for (let i = 0; i < this.count; i++)
      if ((clock[this.by[i] as number] as number) >= (this.at[i] as number)) {
        a = (a + (this.keyA[i] as number)) | 0
        b = (b + (this.keyB[i] as number)) | 0
      }
    this.digest.word(a)
    this.digest.word(b)
    this.m.memory.viewState(this, clock)
  }

  /** Feeds what one component of a clock covers. */
  component(thread: number, time: number): void {
    let a = 0
    for (let i = 0; i < this.count; i++)
      if (this.by[i] === thread && time >= (this.at[i] as number)) a = (a + (this.keyA[i] as number)) | 0
    this.digest.word(a)
    this.m.memory.viewOfOneState(this, thread, time)
  }

  /** Whether a clock covers anything that clocks are compared with; views of messages apart. */
  covers(clock: Clock): boolean {
    for (let i = 0; i < this.count; i++)
      if ((clock[this.by[i] as number] as number) >= (this.at[i] as number)) return true
    return false
  }

  /** A store's tag: only whether two words come from one wide store can be told, and only by split loads. */
  tag(tag: number): void {
    if (this.m.splitLoads) this.digest.word(this.m.tagKey(tag))
  }

  /** A cell with one value at a time; nothing, if it is as it was at the start. */
  newest(cell: Cell<unknown>): void {
    const known = cell.carries && this.covers(cell.carried)
    if (cell.value === cell.initial && !known && !this.m.splitLoads) return
    const { digest } = this
    digest.begin(Part.Cell)
    digest.word(cell.identity)
    digest.value(cell.value)
    this.tag(cell.tag)
    if (known) this.clock(cell.carried)
    digest.end()
  }
}
