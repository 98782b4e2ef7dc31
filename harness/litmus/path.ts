import type { At } from './ast.js'
import type { Event, EventKind, Tag } from './event.js'
import type { MemoryMap } from './memory-map.js'
import type { RmwOrder } from './primitives.js'
import { Unsupported } from './unsupported.js'
import { operate, type Value } from './value.js'

/** One way through a thread's code: its events in program order, and what must hold for it to be taken. */
export interface Path {
  readonly events: readonly Event[]
  readonly registers: ReadonlyMap<string, Value>
  readonly guards: readonly Guard[]
  /** It goes on, around a loop, and was not followed any further. */
  readonly cut: boolean
}

/** A branch that was taken: the value must, or must not, be 0. */
export interface Guard {
  readonly value: Value
  readonly zero: boolean
}

/** A value, and the reads that it hangs on by data flow. */
export interface Flow {
  readonly value: Value
  readonly from: readonly Event[]
}

export const constant = (value: Value): Flow => ({ value, from: [] })

export function union(a: readonly Event[], b: readonly Event[]): readonly Event[] {
  if (a.length === 0) return b
  return b.every((e) => a.includes(e)) ? a : [...a, ...b.filter((e) => !a.includes(e))]
}

/** What an event has beside its place: by default it hangs on nothing. */
interface Details {
  readonly address?: Flow
  readonly value?: Value
  /** The reads that the stored value hangs on. */
  readonly data?: readonly Event[]
  readonly atomic?: boolean
  readonly rmw?: Event
}

/** A path as far as it has come; primitives append their events (herd-representation.txt). */
export class PathState {
  /** The reads that the branches around this point hang on. */
  control: readonly Event[] = []
  cut = false

  constructor(
    private readonly thread: number,
    private readonly map: MemoryMap,
    readonly registers: Map<string, Flow> = new Map(),
    readonly events: Event[] = [],
    readonly guards: Guard[] = [],
  ) {}

  /** The same up to here; the other one goes another way. */
  fork(): PathState {
    const { thread, map, registers, events, guards } = this
    const other = new PathState(thread, map, new Map(registers), [...events], [...guards])
    other.control = this.control
    other.cut = this.cut
    return other
  }

  add(kind: EventKind, tag: Tag, at: At, details: Details = {}): Event {
    const { address, value = null, data = [], atomic = false, rmw = null } = details
    if (address && typeof address.value === 'number' && this.map.locationAt(address.value) < 0)
      throw new Unsupported('this points to no shared variable', at)
    const event: Event = {
      id: -1,
      thread: this.thread,
      kind,
      tag,
      address: address ? address.value : null,
      value,
      addr: address ? address.from : [],
      data,
      ctrl: this.control,
      atomic,
      rmw,
      at,
    }
    this.events.push(event)
    return event
  }

  fence(tag: Tag, at: At): void {
    this.add('F', tag, at)
  }

  load(tag: Tag, address: Flow, at: At, atomic = false): Flow {
    const read = this.add('R', tag, at, { address, atomic })
    return { value: { read }, from: union([read], address.from) }
  }

  store(tag: Tag, address: Flow, stored: Flow, at: At, rmw?: Event): void {
    const details = { address, value: stored.value, data: stored.from }
    this.add('W', tag, at, rmw ? { ...details, atomic: true, rmw } : details)
  }

  /** An atomic read-modify-write that succeeds; returns what it read. */
  modify(order: RmwOrder, address: Flow, at: At, stored: (old: Flow) => Flow): Flow {
    if (order === 'mb') this.fence('mb', at)
    const readTag = order === 'noreturn' ? 'noreturn' : order === 'acquire' ? 'acquire' : 'once'
    const old = this.load(readTag, address, at, true)
    const read = this.events.at(-1) as Event
    this.store(order === 'release' ? 'release' : 'once', address, stored(old), at, read)
    if (order === 'mb') this.fence('mb', at)
    return old
  }

  /** One that fails: a relaxed read, without fences. */
  failToModify(address: Flow, at: At): Flow {
    return this.load('once', address, at, true)
  }

  /** Goes on only where the comparison comes out as said. */
  require(old: Flow, compared: Flow, equal: boolean): void {
    this.guards.push({ value: operate('==', old.value, compared.value), zero: !equal })
  }

  takeLock(lock: Flow, at: At): Event {
    const rmw = this.add('LKR', 'plain', at, { address: lock })
    this.add('LKW', 'plain', at, { address: lock, value: 1, rmw })
    return rmw
  }
}
