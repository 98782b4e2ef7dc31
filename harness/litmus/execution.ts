import { READS, WRITES, type Event, type EventKind, type Tag } from './event.js'
import { Algebra, type EventSet, type Relation } from './relation.js'

/**
 * The events of one combination of paths, and what is known of one execution of them: where each event goes,
 * what each read reads from, how the writes to a location are ordered. May be incomplete while it is searched.
 */
export class Execution {
  readonly algebra: Algebra
  /** Location of each event; -1: none, or not known yet. */
  location: Int32Array
  /** What each read reads from; -1: not decided. */
  readonly readsFrom: Int32Array
  /** For each location, the pairs of writes whose order is decided: first, second, first, second... */
  readonly coherence: (readonly number[])[]
  /** What each read returns and each write stores, as far as it is known. */
  values: (number | undefined)[]
  private readonly places = new Map<number, Here>()

  constructor(
    readonly events: readonly Event[],
    locations: number,
    /** All locations are known from the start. */
    readonly fixed: boolean,
  ) {
    this.algebra = new Algebra(events.length)
    this.location = new Int32Array(events.length).fill(-1)
    this.readsFrom = new Int32Array(events.length).fill(-1)
    this.coherence = new Array<readonly number[]>(locations).fill([])
    this.values = new Array<undefined>(events.length).fill(undefined)
  }

  /** The events at a location. */
  at(location: number): Here {
    const known = this.places.get(location)
    if (known) return known
    const here = this.events.filter((e) => this.location[e.id] === location)
    const writes = here.filter(isWrite)
    const found = { here, writes, index: new Map(writes.map((w, i) => [w.id, i])) }
    if (this.fixed) this.places.set(location, found)
    return found
  }

  where(member: (e: Event) => boolean): EventSet {
    return this.algebra.set((i) => member(this.events[i] as Event))
  }

  kind(...kinds: readonly EventKind[]): EventSet {
    return this.where((e) => kinds.includes(e.kind))
  }

  tagged(...tags: readonly Tag[]): EventSet {
    return this.where((e) => tags.includes(e.tag))
  }

  related(member: (a: Event, b: Event) => boolean): Relation {
    return this.algebra.relation((a, b) => member(this.events[a] as Event, this.events[b] as Event))
  }

  /** `rf`, as far as it is decided. */
  rf(): Relation {
    const r = this.algebra.empty()
    for (let i = 0; i < this.readsFrom.length; i++) {
      const w = this.readsFrom[i] as number
      if (w >= 0) this.algebra.add(r, w, i)
    }
    return r
  }

  /** `co`, as far as it is decided. */
  co(): Relation {
    const r = this.algebra.empty()
    for (const pairs of this.coherence)
      for (let i = 0; i < pairs.length; i += 2)
        this.algebra.add(r, pairs[i] as number, pairs[i + 1] as number)
    return r
  }
}

interface Here {
  readonly here: readonly Event[]
  readonly writes: readonly Event[]
  /** By event, its place among the writes. */
  readonly index: ReadonlyMap<number, number>
}

export const isRead = (e: Event): boolean => READS.includes(e.kind)
export const isWrite = (e: Event): boolean => WRITES.includes(e.kind)
export const isInitial = (e: Event): boolean => e.kind === 'IW'
