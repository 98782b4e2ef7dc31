import {
  forcedOrder,
  isTotal,
  onlyOrder,
  pairsOf,
  pairsOfOrder,
  totalOrders,
  type Writes,
} from './coherence.js'
import type { Event } from './event.js'
import { Execution } from './execution.js'
import type { Flag } from './lkmm-flags.js'
import { matchLocks, readLocks } from './locks.js'
import type { MemoryMap } from './memory-map.js'
import type { Path } from './path.js'
import { sourcesOf } from './sources.js'
import { addressOf, evaluate, readsOf, type Value } from './value.js'

/** What a search has come to know of a final state; `undefined`: not yet. */
export interface FinalState {
  register(thread: number, name: string): number | undefined
  memory(location: number): number | undefined
}

export interface Visitor {
  /** Whether an execution that ends like this is still of interest. */
  wanted(end: FinalState): boolean
  /** A consistent execution, `cut` if it goes on where it was not followed. Returns false to end the search. */
  found(end: FinalState, flags: readonly Flag[], cut: boolean): boolean
}

/** An axiomatic memory model, on the executions of one combination of paths. */
export interface Model {
  /** Whether the execution, as far as it is decided, satisfies all axioms: they must only grow with it. */
  consistent(): boolean
  /** The flags of an execution that is decided; null if it is not consistent. */
  examine(): readonly Flag[] | null
}

export type ModelOf = (x: Execution) => Model

/** Thrown when the work that was granted is used up. */
export class BoundHit extends Error {}

/** Work that a search may do, in words of relations that a check goes through. */
export interface Budget {
  left: number
}

const NOWHERE = { line: 0, column: 0 }

/**
 * All consistent executions along one combination of paths. Reads choose what they read from, one by one; then
 * the writes to each location are ordered. What is decided is checked on the way: against program order at each
 * location at once, against the whole model as long as much is left to try (its axioms only grow).
 *
 * A value is known when it can be computed from what the reads read from. Executions in which values depend on
 * themselves are left out, as herd7 leaves them out: no value can be given to them ("out of thin air").
 */
export class Search implements FinalState {
  private readonly x: Execution
  private known: Model | null = null
  private readonly initialWrites: readonly Event[]
  private readonly reads: readonly Event[]
  private readonly orders: (readonly Event[] | null)[]
  /** The locations that are accessed. */
  private readonly used: readonly number[]
  /** Every address is a constant: what follows from addresses follows once and for all. */
  private readonly fixed: boolean
  /** The locations of locks, if that is known from the start. */
  private readonly locks: readonly number[]
  private readonly fixedSources = new Map<Event, readonly Event[]>()
  private readonly unlockOf = new Map<number, number>()
  private stopped = false

  constructor(
    private readonly paths: readonly Path[],
    private readonly map: MemoryMap,
    private readonly visitor: Visitor,
    private readonly budget: Budget,
    private readonly modelOf: ModelOf,
  ) {
    const events: Event[] = []
    const own = paths.flatMap((p) => p.events)
    this.used = accessed(own, map)
    this.fixed = own.every((e) => e.address === null || typeof e.address === 'number')
    for (const location of this.used)
      events.push({
        ...{ id: events.length, thread: -1, kind: 'IW', tag: 'once', address: addressOf(location) },
        ...{ value: map.initial[location] as number, addr: [], data: [], ctrl: [], atomic: false, rmw: null },
        at: NOWHERE,
      })
    this.initialWrites = [...events]
    for (const e of own) {
      e.id = events.length
      events.push(e)
    }
    this.x = new Execution(events, map.names.length, this.fixed)
    for (const e of events)
      if (typeof e.address === 'number') this.x.location[e.id] = map.locationAt(e.address)
    const locks = own.filter((e) => e.kind === 'LKW').map((e) => this.x.location[e.id] as number)
    this.locks = this.fixed ? [...new Set(locks)] : []
    const reads = own.filter((e) => ['R', 'LF', 'RL', 'RU'].includes(e.kind))
    if (this.fixed) {
      for (const read of reads) this.fixedSources.set(read, sourcesOf(this.x, read))
      // What srcu_read_lock() reads from says little, and what it could read from is much: it comes last.
      const late = (e: Event): number => Number(e.tag === 'srcu-lock')
      reads.sort((a, b) => late(a) - late(b) || this.sources(a).length - this.sources(b).length)
    }
    this.reads = reads
    this.orders = map.names.map(() => null)
  }

  /** Many combinations of paths contradict themselves before they need a model. */
  private get model(): Model {
    return (this.known ??= this.modelOf(this.x))
  }

  /** Returns false when the visitor has ended the search. */
  run(): boolean {
    this.spend(this.x.events.length)
    if (!this.fixed) this.decideReads(this.used)
    else if (matchLocks(this.x, this.unlockOf)) this.decideLocks(0)
    return !this.stopped
  }

  /** Critical sections come first, where it is known which they are: their order leaves little else open. */
  private decideLocks(i: number): void {
    const { x } = this
    const location = this.locks[i]
    if (location === undefined) return this.decideReads(this.used)
    const forced = forcedOrder(x, location)
    if (forced === null) return
    for (const order of totalOrders(x, forced, this.unlockOf)) {
      x.coherence[location] = pairsOfOrder(order)
      this.orders[location] = order
      const locked = readLocks(x, order)
      if (this.check(() => this.model.consistent())) this.decideLocks(i + 1)
      for (const read of locked) x.readsFrom[read.id] = -1
      if (this.stopped) break
    }
    x.coherence[location] = []
    this.orders[location] = null
  }

  register(thread: number, name: string): number | undefined {
    const value = this.paths[thread]?.registers.get(name)
    return value === undefined ? (this.map.registers[thread]?.get(name) ?? 0) : evaluate(value, this.x.values)
  }

  memory(location: number): number | undefined {
    const order = this.orders[location]
    if (order) return this.x.values[(order.at(-1) as Event).id]
    return this.used.includes(location) ? undefined : this.map.initial[location]
  }

  // --- reads ----------------------------------------------------------------------------------------------

  /** `touched`: the locations that the last decision was about. */
  private decideReads(touched: readonly number[]): void {
    const { x, fixed } = this
    this.spend(x.events.length >> 2)
    const [values, location] = [x.values, x.location]
    const coherence = touched.map((l) => x.coherence[l] as readonly number[])
    x.values = values.slice()
    if (!fixed) x.location = location.slice()
    if (this.propagate() && this.possible(touched)) {
      const read = this.nextRead()
      if (read) {
        for (const write of this.sources(read)) {
          const guessed = x.location[write.id] === -1
          if (guessed) x.location[write.id] = x.location[read.id] as number
          x.readsFrom[read.id] = write.id
          this.decideReads(fixed ? [x.location[read.id] as number] : this.used)
          x.readsFrom[read.id] = -1
          if (guessed) x.location[write.id] = -1
          if (this.stopped) break
        }
      } else if (this.resolved()) this.decideOrders()
      else this.guessAddress()
    }
    x.values = values
    x.location = location
    touched.forEach((l, i) => (x.coherence[l] = coherence[i] as readonly number[]))
  }

  /** Computes what can be computed from the decisions so far; false if they contradict each other. */
  private propagate(): boolean {
    const { x } = this
    for (let changed = true; changed;) {
      changed = false
      for (const e of x.events) {
        if (x.values[e.id] === undefined) {
          const source = x.readsFrom[e.id] as number
          const value =
            e.value !== null ? evaluate(e.value, x.values) : source >= 0 ? x.values[source] : undefined
          if (value !== undefined) {
            x.values[e.id] = value
            changed = true
          }
        }
        if (this.fixed || e.address === null) continue
        const address = evaluate(e.address, x.values)
        if (address === undefined) continue
        const location = this.map.locationAt(address)
        if (location < 0) return false
        if (x.location[e.id] === location) continue
        if (x.location[e.id] !== -1) return false
        x.location[e.id] = location
        changed = true
      }
    }
    for (const path of this.paths)
      for (const { value, zero } of path.guards) {
        const v = evaluate(value, x.values)
        if (v !== undefined && (v === 0) !== zero) return false
      }
    return true
  }

  /** Whether the decisions so far can still become an execution that somebody wants. */
  private possible(touched: readonly number[]): boolean {
    const { x } = this
    for (const location of touched) {
      if (this.orders[location]) continue
      const forced = forcedOrder(x, location)
      if (forced === null) return false
      x.coherence[location] = pairsOf(forced)
    }
    if (!this.visitor.wanted(this)) return false
    return this.undecided() < WORTH_CHECKING || this.check(() => this.model.consistent())
  }

  private check<R>(judge: () => R): R {
    this.spend(this.x.events.length * this.x.algebra.w)
    return judge()
  }

  private spend(work: number): void {
    this.budget.left -= work
    if (this.budget.left < 0) throw new BoundHit()
  }

  /** How many choices are left, roughly. */
  private undecided(): number {
    let product = 1
    for (const read of this.reads)
      if (this.x.readsFrom[read.id] === -1) product *= Math.max(1, this.sources(read).length)
    return product
  }

  /** A read whose location is known, and best one that other locations hang on. */
  private nextRead(): Event | null {
    const { x } = this
    const open = this.reads.filter((r) => x.readsFrom[r.id] === -1 && x.location[r.id] !== -1)
    if (open.length === 0) return null
    if (this.fixed) return open[0] as Event
    const needed = new Set<number>()
    const need = (v: Value): void =>
      readsOf(v, (id) => {
        if (needed.has(id)) return
        needed.add(id)
        const source = x.readsFrom[id] as number
        const stored = source >= 0 ? (x.events[source] as Event).value : null
        if (stored !== null) need(stored)
      })
    for (const e of x.events) if (e.address !== null && x.location[e.id] === -1) need(e.address)
    let best: Event | null = null
    let fewest = Infinity
    for (const r of open) {
      if (needed.has(r.id)) return r
      const n = this.sources(r).length
      if (n < fewest) [best, fewest] = [r, n]
    }
    return best
  }

  /** The writes that a read may read from. */
  private sources(read: Event): readonly Event[] {
    return this.fixedSources.get(read) ?? sourcesOf(this.x, read)
  }

  /** Whether all values and addresses are known, and what was guessed of them is true. */
  private resolved(): boolean {
    const { x } = this
    return x.events.every(
      (e) =>
        (e.address === null || evaluate(e.address, x.values) !== undefined) &&
        (e.value === null || x.values[e.id] !== undefined) &&
        (e.kind !== 'R' || x.values[e.id] !== undefined),
    )
  }

  /** Addresses that hang on each other in a circle: each location is tried, and must turn out true. */
  private guessAddress(): void {
    const { x } = this
    const stuck = x.events.find((e) => e.address !== null && x.location[e.id] === -1)
    if (!stuck || this.reads.every((r) => x.readsFrom[r.id] !== -1)) return
    for (const location of this.used) {
      x.location[stuck.id] = location
      this.decideReads(this.used)
      if (this.stopped) break
    }
    x.location[stuck.id] = -1
  }

  // --- coherence order ------------------------------------------------------------------------------------

  private decideOrders(): void {
    if (!this.fixed && !matchLocks(this.x, this.unlockOf)) return
    const free = this.used.filter((location) => !this.orders[location])
    const open = this.openOrders(free)
    const longest = open?.at(-1)?.writes.length ?? 0
    if (open && (longest <= 3 || this.check(() => this.model.consistent()))) this.decideOrder(open, 0)
    for (const location of free) this.orders[location] = null
  }

  /** The locations whose order is still open, shortest first; the others get theirs. null: one has none. */
  private openOrders(free: readonly number[]): Writes[] | null {
    const open: Writes[] = []
    for (const location of free) {
      const forced = forcedOrder(this.x, location)
      if (forced === null) return null
      const order = isTotal(forced) ? onlyOrder(forced) : null
      if (order && !order.some((w) => w.kind === 'LKW')) this.orders[location] = order
      else open.push(forced)
    }
    return open.sort((a, b) => a.writes.length - b.writes.length)
  }

  private decideOrder(open: readonly Writes[], i: number): void {
    const { x } = this
    const forced = open[i]
    if (!forced) return this.complete()
    const { location } = forced
    const before = x.coherence[location] as readonly number[]
    const worth = i + 1 < open.length && forced.writes.length > 2
    for (const order of totalOrders(x, forced, this.unlockOf)) {
      x.coherence[location] = pairsOfOrder(order)
      this.orders[location] = order
      const locked = readLocks(x, order)
      if (this.visitor.wanted(this) && (!worth || this.check(() => this.model.consistent())))
        this.decideOrder(open, i + 1)
      for (const read of locked) x.readsFrom[read.id] = -1
      if (this.stopped) break
    }
    x.coherence[location] = before
    this.orders[location] = null
  }

  private complete(): void {
    const flags = this.check(() => this.model.examine())
    if (flags === null) return
    const cut = this.paths.some((path) => path.cut)
    if (!this.visitor.found(this, flags, cut)) this.stopped = true
  }
}

/** A partial check costs about as much as a complete one: it must have a chance to spare several. */
const WORTH_CHECKING = 6

/** The locations that events may access: those named, or all if addresses are computed. */
function accessed(events: readonly Event[], map: MemoryMap): number[] {
  const all = map.names.flatMap((name, i) => (name ? [i] : []))
  const named = new Set<number>()
  for (const { address } of events) {
    if (address === null) continue
    if (typeof address !== 'number') return all
    named.add(map.locationAt(address))
  }
  return all.filter((l) => named.has(l))
}
