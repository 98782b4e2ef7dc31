import type { Cell } from './cell.js'
import { copy, join, type Clock } from './clocks.js'
import type { Footprint } from './footprint.js'
import type { Machine } from './machine.js'
import type { MemoryModel, Modify, Release } from './memory.js'
import { Order } from './op.js'
import type { State } from './state.js'
import { narrowTag, wideTag } from './tags.js'
import type { Thread } from './thread.js'

/** A store, a 16-byte store, or a release, on its way to memory. */
interface Entry {
  a: Cell<unknown> | null
  b: Cell<unknown> | null
  x: unknown
  y: unknown
  atomic: boolean
  release: Release | null
  clock: Clock
  tag: number
  event: number
}

/**
 * x86-TSO (Sewell et al., "x86-TSO: a rigorous and usable programmer's model", CACM 2010): each thread has a
 * FIFO store buffer; a load is served by the newest buffered store of its own thread, else by memory; a
 * buffered store reaches memory at a time of its own; locked instructions and MFENCE wait for the buffer.
 *
 * Releasing a lock or a read-side section is a plain store on x86, so it waits in the buffer like one.
 * Happens-before is as in `sc.ts`, and holds here for the same reason: loads are in order, stores are FIFO.
 */
export class TotalStoreOrder implements MemoryModel {
  readonly name = 'tso'
  readonly buffering = true
  readonly ordersFences = false
  readonly showsOld = false
  private readonly buffers: Entry[][] = []
  private readonly pool: Entry[] = []
  private readonly pair: [never, never] = [] as never

  constructor(private readonly m: Machine) {}

  private bufferOf(t: Thread): Entry[] {
    return (this.buffers[t.id] ??= [])
  }

  load<T>(t: Thread, cell: Cell<T>, order: Order): T {
    const buffer = this.bufferOf(t)
    for (let i = buffer.length - 1; i >= 0; i--) {
      const e = buffer[i] as Entry
      if (e.a === cell) return this.forward<T>(t, cell, e, e.x)
      if (e.b === cell) return this.forward<T>(t, cell, e, e.y)
    }
    if (cell.carries && order !== Order.Plain) join(t.vc, cell.carried)
    this.m.readsFrom(t, cell as Cell<unknown>, cell.writer, cell.tag)
    return cell.value
  }

  own<T>(t: Thread, cell: Cell<T>): T {
    const e = this.bufferOf(t).findLast((e) => e.a === cell || e.b === cell)
    return e ? ((e.a === cell ? e.x : e.y) as T) : cell.value
  }

  private forward<T>(t: Thread, cell: Cell<T>, e: Entry, value: unknown): T {
    this.m.readsFrom(t, cell as Cell<unknown>, e.event, e.tag)
    return value as T
  }

  loadNewest<T>(t: Thread, cell: Cell<T>): T {
    return this.load(t, cell, Order.Acquire)
  }

  store<T>(t: Thread, cell: Cell<T>, value: T, order: Order): void {
    const e = this.push(t, order !== Order.Plain)
    e.a = cell as Cell<unknown>
    e.x = cell.fit(value)
    e.event = this.m.eventOf(t, cell as Cell<unknown>)
  }

  storePair<A, B>(t: Thread, a: Cell<A>, b: Cell<B>, x: A, y: B, order: Order): void {
    this.store(t, a, x, order)
    const e = this.bufferOf(t).at(-1) as Entry
    e.b = b as Cell<unknown>
    e.y = b.fit(y)
    e.tag = wideTag(this.m.step)
  }

  private push(t: Thread, atomic: boolean): Entry {
    const e = this.pool.pop() ?? {
      a: null,
      b: null,
      x: null,
      y: null,
      atomic,
      release: null,
      clock: new Int32Array(this.m.capacity),
      tag: 0,
      event: 0,
    }
    e.b = e.a = e.release = null
    e.atomic = atomic
    e.tag = t.wideTag || narrowTag(this.m.step)
    copy(e.clock, t.vc)
    this.bufferOf(t).push(e)
    return e
  }

  modify<T>(t: Thread, cell: Cell<T>, f: Modify<T>): T {
    const old = this.load(t, cell, Order.Acquire)
    const next = f(old)
    if (next !== undefined) {
      this.store(t, cell, next, Order.Release)
      this.drain(t)
    }
    return old
  }

  loadPair<A, B>(t: Thread, a: Cell<A>, b: Cell<B>, order: Order): [A, B] {
    const pair = this.pair as unknown as [A, B]
    pair[0] = this.load(t, a, order)
    pair[1] = this.load(t, b, order)
    return pair
  }

  /** A wide load that one buffered store covers only in part cannot be forwarded: it waits for memory. */
  pairReady(t: Thread, a: Cell<unknown>, b: Cell<unknown>): boolean {
    const buffer = this.bufferOf(t)
    for (let i = buffer.length - 1; i >= 0; i--) {
      const e = buffer[i] as Entry
      if (e.a === a && e.b === b) return true
      if (e.a === a || e.a === b || e.b === a || e.b === b) return false
    }
    return true
  }

  acquireFence(): void {}
  releaseFence(): void {}
  fullFence(): void {}

  drained(t: Thread): boolean {
    return this.bufferOf(t).length === 0
  }

  release(t: Thread, effect: Release): void {
    this.push(t, false).release = effect
  }

  buffered(t: Thread): number {
    return this.bufferOf(t).length
  }

  drain(t: Thread): void {
    const e = this.bufferOf(t).shift() as Entry
    if (e.release) e.release.released(t, e.clock)
    if (e.a) this.land(e, e.a, e.x)
    if (e.b) this.land(e, e.b, e.y)
    this.pool.push(e)
  }

  private land(e: Entry, cell: Cell<unknown>, value: unknown): void {
    cell.value = value
    cell.carries = e.atomic
    if (e.atomic) copy(cell.carried, e.clock)
    cell.tag = e.tag
    cell.writer = e.event
  }

  describeDrain(t: Thread): string {
    const e = this.bufferOf(t)[0]
    if (!e) return ''
    return e.release ? e.release.label : [e.a?.label, e.b?.label].filter((l) => l !== undefined).join(', ')
  }

  drainFootprint(t: Thread, f: Footprint): void {
    const e = this.bufferOf(t)[0]
    if (e?.release) e.release.footprint(f)
    if (e?.a) f.land(e.a)
    if (e?.b) f.land(e.b)
  }

  beginState(_s: State): void {}
  viewState(_s: State, _clock: Clock): void {}
  viewOfOneState(_s: State, _thread: number, _time: number): void {}
  state(_s: State): void {}

  /** What is on its way to memory, in order. */
  threadState(s: State, t: Thread): void {
    for (const e of this.bufferOf(t)) {
      s.digest.word(Number(e.atomic) + 2)
      if (e.release) e.release.identify(s.digest)
      if (e.a) this.entryState(s, e, e.a, e.x)
      if (e.b) this.entryState(s, e, e.b, e.y)
      s.clock(e.clock)
    }
  }

  private entryState(s: State, e: Entry, cell: Cell<unknown>, value: unknown): void {
    s.digest.word(cell.identity)
    s.digest.value(value)
    s.tag(e.tag)
  }

  cellState(s: State, cell: Cell<unknown>): void {
    s.newest(cell)
  }

  reset(): void {
    for (const buffer of this.buffers) while (buffer?.length) this.pool.push(buffer.pop() as Entry)
  }

  resetCell(cell: Cell<unknown>): void {
    cell.carries = false
  }
  forgetClocks(): void {}
}
