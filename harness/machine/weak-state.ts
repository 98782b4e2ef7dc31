import type { Cell } from './cell.js'
import type { Clock } from './clocks.js'
import { mix } from './hash.js'
import type { Machine } from './machine.js'
import { known, type Message } from './message.js'
import { Part } from './digest.js'
import type { State } from './state.js'
import type { Thread } from './thread.js'

/**
 * The part of a state that weak memory is. Of a location, the messages down to the one that every thread knows,
 * or knows a newer one than: older ones will never be read, nor stores placed among them. Of a clock, which of
 * these messages it knows: a walk from the newest stops at the first known one, and the first one that a join
 * knows is the newer of the two, so the place where the walk stops is all there is.
 *
 * One exception: `publish` takes a thread's own component out of its clock. So it is kept apart where the walk
 * would stop without the one component that stops it first.
 */
export class WeakState {
  private visit = 0
  /** Locations of which some thread does not know the newest message yet. */
  private readonly contested: { cell: Cell<unknown>; known: number }[] = []
  private count = 0

  constructor(private readonly m: Machine) {}

  begin(): void {
    this.visit++
    this.count = 0
    for (let i = 0; i < this.m.changes.cellCount; i++) this.delimit(this.m.changes.cells[i] as Cell<unknown>)
  }

  private delimit(cell: Cell<unknown>): void {
    let ignorant = 0
    for (const t of this.m.threads) if (!t.finished) ignorant |= 1 << t.id
    let position = 0
    for (let msg = cell.newest as Message; ; msg = msg.older as Message) {
      msg.visit = this.visit
      msg.position = position
      msg.home = cell.identity
      for (const t of this.m.threads)
        if ((ignorant & (1 << t.id)) !== 0 && known(t.vc, null, msg)) ignorant &= ~(1 << t.id)
      if (ignorant === 0 || msg.older === null) break
      position++
    }
    if (position > 0) {
      const entry = (this.contested[this.count++] ??= { cell, known: 0 })
      entry.cell = cell
      entry.known = position
    }
  }

  /** The messages of a location that can still be read, or that a store may be placed after. */
  cell(s: State, cell: Cell<unknown>): void {
    const { digest } = s
    const newest = cell.newest as Message
    if (newest === cell.first) return
    digest.begin(Part.Cell)
    digest.word(cell.identity)
    for (let msg: Message | null = newest; msg !== null && msg.visit === this.visit; msg = msg.older) {
      digest.value(msg.value)
      digest.word(Number(msg.taken) * 4 + Number(msg.releases) * 2 + Number(msg.depends))
      s.tag(msg.tag)
      if (msg.releases) s.clock(msg.clock)
      if (msg.depends) s.clock(msg.dependency)
      if (msg.older?.visit === this.visit) this.twin(s, msg)
      else this.twin(s, lastPair(msg))
    }
    digest.end()
  }

  /** Which message of the other word stands beside one of a pair store, if that can still be read. */
  private twin(s: State, msg: Message | null): void {
    const twin = msg?.twin
    if (!twin) return
    s.digest.word(twin.visit === this.visit ? mix(twin.home, twin.position) : 0)
  }

  /** Feeds where the walks of a clock would stop, in each contested location. */
  view(s: State, clock: Clock): void {
    let a = 0
    let b = 0
    for (let i = 0; i < this.count; i++) {
      const { cell, known } = this.contested[i] as { cell: Cell<unknown>; known: number }
      let msg = cell.newest as Message
      for (let position = 0; position < known; position++, msg = msg.older as Message) {
        const by = knownBy(clock, msg)
        if (by === 0) continue
        const single = (by & (by - 1)) === 0
        const key = mix(mix(cell.identity, position), single ? by : 0)
        a = (a + key) | 0
        b = (b + mix(key, 0x51ed)) | 0
        if (single) {
          const next = this.stopWithout(by, clock, msg.older as Message, position + 1, known)
          b = (b + mix(mix(cell.identity, next), 0x2b)) | 0
        }
        break
      }
    }
    s.digest.word(a)
    s.digest.word(b)
  }

  private stopWithout(by: number, clock: Clock, from: Message, at: number, known: number): number {
    let msg = from
    for (let position = at; position < known; position++, msg = msg.older as Message)
      if ((knownBy(clock, msg) & ~by) !== 0) return position
    return known
  }

  /** The same for one component of a clock. */
  viewOfOne(s: State, thread: number, time: number): void {
    let a = 0
    for (let i = 0; i < this.count; i++) {
      const { cell, known } = this.contested[i] as { cell: Cell<unknown>; known: number }
      let msg = cell.newest as Message
      for (let position = 0; position < known; position++, msg = msg.older as Message)
        if ((msg.seen[thread] as number) <= time) {
          a = (a + mix(cell.identity, position)) | 0
          break
        }
    }
    s.digest.word(a)
  }

  /** What a thread will turn into knowledge or into releases at its next fences. */
  thread(s: State, t: Thread): void {
    s.clock(t.acquirable)
    s.digest.word(Number(t.fenced))
    if (t.fenced) s.clock(t.fenceClock)
    s.component(t.id, t.ordered)
  }

  /** A pair that was read: no pair store may come in between. */
  pairRead(s: State, x: Message, y: Message): void {
    if (x.visit !== this.visit && y.visit !== this.visit) return
    s.digest.begin(Part.PairRead)
    for (const msg of [x, y]) {
      s.digest.word(msg.home)
      s.digest.word(msg.visit === this.visit ? msg.position : -1)
    }
    s.digest.end()
  }
}

/** The threads whose component of the clock alone makes the message known. */
function knownBy(clock: Clock, msg: Message): number {
  let by = 0
  for (let u = 0; u < clock.length; u++) if ((msg.seen[u] as number) <= (clock[u] as number)) by |= 1 << u
  return by
}

/** The newest store of a pair at or before the message. */
function lastPair(msg: Message): Message | null {
  for (let p: Message | null = msg; p !== null; p = p.older) if (p.twin !== null) return p
  return null
}
