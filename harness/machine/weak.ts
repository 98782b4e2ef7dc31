import type { Cell } from './cell.js'
import { copy, join, NEVER, type Clock } from './clocks.js'
import type { Machine } from './machine.js'
import type { MemoryModel, Modify } from './memory.js'
import { known, Message, newer, together } from './message.js'
import { Order } from './op.js'
import { Struct } from './struct.js'
import { Unbuffered } from './unbuffered.js'
import { Part } from './digest.js'
import type { State } from './state.js'
import { narrowTag, wideTag } from './tags.js'
import type { Thread } from './thread.js'
import { WeakState } from './weak-state.js'

/**
 * A weak, view-based memory in the manner of RC11 (Lahav et al., PLDI 2017; operational form after Kang et
 * al., POPL 2017, without promises): arm64 and POWER as a C11 program sees them.
 *
 * - A location keeps its stores in modification order. A load may read any store that is not older than one
 *   its thread knows, directly (coherence) or through happens-before. A store may take any place in that
 *   order that is newer than what its thread knows, so that 2+2W, R and S show their weak outcomes.
 * - "Knows" is one vector clock: a store is known to `t` if some thread saw it at a time that t's clock covers.
 * - An acquire load joins the clock of a release store; `smpRmb` / `smpWmb` are QEMU's acquire and release
 *   fences (include/qemu/atomic.h: `smp_mb_acquire`, `smp_mb_release`); `smpMb` joins a global clock both
 *   ways; read-modify-writes are `seq_cst`: a full fence on both sides.
 * - Address dependencies order (LKMM, "addr"; arm64, POWER): what is reached through a loaded pointer is seen
 *   at least as new as the pointer's publication. The dependency travels with a pointer that is copied by a
 *   relaxed store, as the data dependency and the cumulativity of the publisher's barrier make it on arm64
 *   and POWER: see `publish`.
 * - No load buffering: a load never reads from a store that comes later in the execution.
 */
export class WeakMemory extends Unbuffered implements MemoryModel {
  readonly name = 'weak'
  override readonly ordersFences = true
  override readonly showsOld = true
  private readonly messages: Message[] = []
  private used = 0
  private readonly fenceClock: Clock
  private readonly probe: Clock
  private readonly candidates: Message[] = []
  private readonly pairs: [Message, Message][] = []
  private readonly result: [never, never] = [] as never
  /** What pair loads have read in this execution: no pair store may come in between afterwards. */
  private readonly pairsRead: [Message, Message][] = []
  private pairsReadCount = 0
  private readonly described: WeakState

  constructor(private readonly m: Machine) {
    super()
    this.fenceClock = new Int32Array(m.capacity)
    this.probe = new Int32Array(m.capacity)
    this.described = new WeakState(m)
  }

  load<T>(t: Thread, cell: Cell<T>, order: Order): T {
    const k = this.m.choose(this.visible(t, cell))
    return this.read(t, cell, this.candidates[k] as Message, order)
  }

  loadNewest<T>(t: Thread, cell: Cell<T>): T {
    return this.read(t, cell, cell.newest as Message, Order.Acquire)
  }

  /** Collects what a load of `cell` may return, newest first; returns how many. */
  private visible(t: Thread, cell: Cell<unknown> | Cell<never>): number {
    let n = 0
    if (t.seesNewest) {
      this.candidates[0] = cell.newest as Message
      return 1
    }
    const dependency = cell.owner.dependency[t.id] ?? null
    for (let msg = cell.newest; msg !== null; msg = msg.older) {
      this.candidates[n++] = msg
      if (msg.older === null || known(t.vc, dependency, msg)) break
    }
    return n
  }

  private read<T>(t: Thread, cell: Cell<T>, msg: Message, order: Order): T {
    const now = t.vc[t.id] as number
    if (now < (msg.seen[t.id] as number)) msg.seen[t.id] = now
    if (msg.releases) {
      if (order === Order.Acquire) join(t.vc, msg.clock)
      else if (order === Order.Relaxed) join(t.acquirable, msg.clock)
    }
    if (msg.value instanceof Struct) this.depend(t, cell.owner, msg.value, msg, order)
    this.m.readsFrom(t, cell as Cell<unknown>, msg.event, msg.tag)
    return msg.value as T
  }

  /** `t` has loaded a pointer to `s` out of `from`: dependencies chain, also through plain fields. */
  private depend(t: Thread, from: Struct, s: Struct, msg: Message, order: Order): void {
    const inherited = from.dependency[t.id] ?? null
    const published = order !== Order.Plain && (msg.releases || msg.depends)
    if (inherited === null && !published) return
    const dependency = this.m.dependencyOf(t, s)
    if (inherited !== null) join(dependency, inherited)
    if (!published) return
    if (msg.releases) join(dependency, msg.clock)
    if (msg.depends) join(dependency, msg.dependency)
  }

  store<T>(t: Thread, cell: Cell<T>, value: T, order: Order): void {
    const n = this.places(t, cell)
    this.insert(t, cell, this.candidates[this.m.choose(n)] as Message, value, order)
  }

  /** Collects the messages right after which a store of `t` may be placed, newest first. */
  private places(t: Thread, cell: Cell<unknown> | Cell<never>): number {
    const n = this.visible(t, cell)
    let kept = 0
    for (let i = 0; i < n; i++) {
      const msg = this.candidates[i] as Message
      if (!msg.taken) this.candidates[kept++] = msg
    }
    return kept
  }

  private insert<T>(t: Thread, cell: Cell<T>, after: Message, value: T, order: Order): Message {
    const msg = (this.messages[this.used++] ??= new Message(this.m.capacity))
    msg.value = cell.fit(value)
    msg.older = after
    msg.newer = after.newer
    if (after.newer) after.newer.older = msg
    after.newer = msg
    if (msg.newer === null) {
      cell.newest = msg
      cell.value = msg.value as T
    }
    for (let u = 0; u < msg.seen.length; u++) msg.seen[u] = NEVER
    msg.seen[t.id] = t.vc[t.id] as number
    msg.taken = false
    msg.twin = null
    msg.tag = t.wideTag || narrowTag(this.m.step)
    msg.event = this.m.eventOf(t, cell as Cell<unknown>)
    msg.releases = order === Order.Release || (order === Order.Relaxed && t.fenced)
    if (order === Order.Release) copy(msg.clock, t.vc)
    else if (msg.releases) copy(msg.clock, t.fenceClock)
    msg.depends = false
    if (order !== Order.Plain && msg.value instanceof Struct) this.publish(t, msg.value, msg)
    return msg
  }

  /**
   * What a stored pointer lets its readers rely on behind it, even when the store is relaxed: what the writer
   * itself reached through that pointer, what it learnt from other threads before (they were ordered before
   * this store by an acquire, a lock or a grace period, and such orders are cumulative on arm64 and POWER),
   * and those of its own writes that a fence or an unlock-lock pair has put before (LKMM: po-unlock-lock-po).
   * Its other own writes are left out: publishing them takes a release.
   */
  private publish(t: Thread, s: Struct, msg: Message): void {
    msg.depends = true
    copy(msg.dependency, t.vc)
    msg.dependency[t.id] = t.ordered
    const own = s.dependency[t.id]
    if (own) join(msg.dependency, own)
  }

  /**
   * Fully ordered when it stores: a full fence before and after (QEMU: `seq_cst`; kernel: "value-returning
   * atomics"). A compare that fails stores nothing and is an acquire load only.
   */
  modify<T>(t: Thread, cell: Cell<T>, f: Modify<T>): T {
    const old = this.candidates[this.m.choose(this.modifiable(t, cell, f))] as Message
    const next = f(old.value as T)
    if (next === undefined) return this.read(t, cell, old, Order.Acquire)
    this.fullFence(t)
    const value = this.read(t, cell, old, Order.Acquire)
    const stored = this.insert(t, cell, old, next, Order.Release)
    old.taken = true
    // It continues the release sequence of what it read (C11 5.1.2.4p10; LKMM "rmw-sequence").
    if (old.releases) join(stored.clock, old.clock)
    this.fullFence(t)
    return value
  }

  /** Collects what `modify` may read: to store, nothing that the fence before it shows to be overwritten. */
  private modifiable<T>(t: Thread, cell: Cell<T>, f: Modify<T>): number {
    const n = this.visible(t, cell)
    copy(this.probe, t.vc)
    join(this.probe, t.acquirable)
    join(this.probe, this.fenceClock)
    const dependency = cell.owner.dependency[t.id] ?? null
    let kept = 0
    let overwritten = false
    for (let i = 0; i < n; i++) {
      const msg = this.candidates[i] as Message
      const stores = f(msg.value as T) !== undefined
      if (!stores || (!overwritten && !msg.taken)) this.candidates[kept++] = msg
      overwritten ||= known(this.probe, dependency, msg)
    }
    return kept
  }

  /**
   * A single-copy atomic load of two words: the two values were there together at some time. No pair store
   * may stand between them: if one word is at least as new as the store's, so is the other.
   */
  loadPair<A, B>(t: Thread, a: Cell<A>, b: Cell<B>, order: Order): [A, B] {
    const n = this.collectPairs(t, a, b)
    const [x, y] = this.pairs[this.m.choose(n)] as [Message, Message]
    this.pairsRead[this.pairsReadCount++] = [x, y]
    x.home = a.identity
    y.home = b.identity
    const result = this.result as unknown as [A, B]
    result[0] = this.read(t, a, x, order)
    result[1] = this.read(t, b, y, order)
    return result
  }

  /** Like a load's candidates, for both words at once. */
  private collectPairs(t: Thread, a: Cell<never> | Cell<unknown>, b: Cell<never> | Cell<unknown>): number {
    const xs = this.candidates.slice(0, this.visible(t, a as Cell<unknown>))
    const ys = this.candidates.slice(0, this.visible(t, b as Cell<unknown>))
    let n = 0
    for (const x of xs) for (const y of ys) if (together(x, y) && together(y, x)) this.pairs[n++] = [x, y]
    return n
  }

  storePair<A, B>(t: Thread, a: Cell<A>, b: Cell<B>, x: A, y: B, order: Order): void {
    let n = 0
    for (let i = 0, all = this.collectPairs(t, a, b); i < all; i++) {
      const pair = this.pairs[i] as [Message, Message]
      if (!pair[0].taken && !pair[1].taken && this.wholeAfter(pair[0], pair[1])) this.pairs[n++] = pair
    }
    const [p, q] = this.pairs[this.m.choose(n)] as [Message, Message]
    const first = this.insert(t, a, p, x, order)
    const second = this.insert(t, b, q, y, order)
    first.twin = second
    second.twin = first
    first.tag = second.tag = wideTag(this.m.step)
  }

  /** Whether every pair that was read stays on one side of a pair store that is placed right after `p` and `q`. */
  private wholeAfter(p: Message, q: Message): boolean {
    if (p.newer === null && q.newer === null) return true
    for (let i = 0; i < this.pairsReadCount; i++) {
      const [x, y] = this.pairsRead[i] as [Message, Message]
      if (newer(x, p) !== newer(y, q)) return false
    }
    return true
  }

  acquireFence(t: Thread): void {
    join(t.vc, t.acquirable)
  }

  releaseFence(t: Thread): void {
    copy(t.fenceClock, t.vc)
    t.fenced = true
    t.ordered = t.vc[t.id] as number
  }

  /** C11 `seq_cst` fence, LKMM `smp_mb`: both fences above, and one global order of all full fences. */
  fullFence(t: Thread): void {
    join(t.vc, t.acquirable)
    join(t.vc, this.fenceClock)
    copy(this.fenceClock, t.vc)
    this.releaseFence(t)
  }

  override beginState(): void {
    this.described.begin()
  }

  override threadState(s: State, t: Thread): void {
    this.described.thread(s, t)
  }

  cellState(s: State, cell: Cell<unknown>): void {
    this.described.cell(s, cell)
  }

  override viewState(s: State, clock: Clock): void {
    this.described.view(s, clock)
  }

  override viewOfOneState(s: State, thread: number, time: number): void {
    this.described.viewOfOne(s, thread, time)
  }

  override state(s: State): void {
    s.digest.begin(Part.Fences)
    s.clock(this.fenceClock)
    s.digest.end()
    for (let i = 0; i < this.pairsReadCount; i++) {
      const [x, y] = this.pairsRead[i] as [Message, Message]
      this.described.pairRead(s, x, y)
    }
  }

  reset(): void {
    this.used = this.pairsReadCount = 0
  }

  forgetClocks(): void {
    this.fenceClock.fill(0)
  }

  resetCell(cell: Cell<unknown>): void {
    const first = (cell.first ??= new Message(this.m.capacity))
    first.value = cell.initial
    first.newer = null
    first.taken = false
    cell.newest = first
  }
}
