import { copy, join, type Clock } from './clocks.js'
import { Part, type Words } from './digest.js'
import { Shared, type Footprint } from './footprint.js'
import type { Machine } from './machine.js'
import type { Release } from './memory.js'
import type { State } from './state.js'
import { Life, type Struct, type StructClass } from './struct.js'
import type { Thread } from './thread.js'

/**
 * Storage that was freed and may be handed out again. What came before the `free` happens before the `alloc`
 * that returns the same address (C11 7.22.3p2 with C23's wording; the allocator's lock in practice).
 */
class FreedStorage implements Release {
  clock: Clock | null = null

  constructor(
    readonly of: Struct,
    private readonly pool: Pool,
  ) {}

  get label(): string {
    return `free ${this.of.label}`
  }

  identify(words: Words): void {
    this.of.identify(words)
  }

  footprint(f: Footprint): void {
    f.write(Shared.Allocator)
  }

  released(_t: Thread, clock: Clock): void {
    copy((this.clock = new Int32Array(clock.length)), clock)
    this.pool.freed.push(this)
  }
}

/** The incarnations of one class: objects are made once and serve again in every execution. */
interface Pool {
  readonly all: Struct[]
  used: number
  /** Latest last. */
  readonly freed: FreedStorage[]
}

/**
 * The allocator. Every `alloc` is a new incarnation, so that an access through an old pointer is always told
 * from an access to what the storage holds now. Addresses are another matter: of classes whose addresses the
 * program compares or hashes (`byAddress`), freed storage may be handed out again, or not: both are tried.
 */
export class Heap {
  private readonly pools = new Map<StructClass<Struct>, Pool>()
  /** Addresses are given in the order of allocation: objects that are there at the start have the first ones. */
  private fixed = 0
  private last = 0

  constructor(private readonly m: Machine) {}

  /** An object that is there before the first step. */
  boot(s: Struct): void {
    this.fixed = this.place(s, this.fixed + 1) - 1
    live(s)
  }

  allocate(t: Thread, type: StructClass<Struct>, name: string): Struct {
    const pool = this.poolOf(type)
    let s = pool.all[pool.used]
    if (!s) {
      s = new type(this.m, name)
      this.m.adopt(s)
      pool.all.push(s)
    }
    pool.used++
    s.name = name
    s.formerly = null
    const again = pool.freed.length > 0 ? this.m.choose(pool.freed.length + 1) : 0
    if (again > 0) {
      const [storage] = pool.freed.splice(pool.freed.length - again, 1) as [FreedStorage]
      if (storage.clock) join(t.vc, storage.clock)
      this.place(s, storage.of.address)
      s.formerly = storage.of
    } else this.last = this.place(s, this.last + 1) - 1
    live(s)
    for (const part of s.parts) {
      part.allocated = true
      this.m.changes.struct(part)
    }
    return s
  }

  /** Whether programs look at the address of such an object. */
  byAddress(s: Struct): boolean {
    return (s.allocation.constructor as StructClass<Struct>).byAddress === true
  }

  /** What may be handed out again, and what comes next. */
  state(s: State): void {
    for (const pool of this.pools.values()) {
      if (pool.freed.length === 0) continue
      s.digest.begin(Part.Storage)
      for (const storage of pool.freed) {
        storage.identify(s.digest)
        if (storage.clock) s.clock(storage.clock)
      }
      s.digest.end()
    }
    s.digest.begin(Part.Storage)
    s.digest.word(this.last)
    s.digest.end()
  }

  /** Gives an object's storage back. */
  release(t: Thread, s: Struct): void {
    const type = s.constructor as StructClass<Struct>
    if (this.byAddress(s)) this.m.memory.release(t, new FreedStorage(s, this.poolOf(type)))
  }

  reset(): void {
    this.last = this.fixed
    for (const pool of this.pools.values()) {
      for (let i = 0; i < pool.used; i++)
        for (const part of (pool.all[i] as Struct).parts) part.life = Life.Unallocated
      pool.used = pool.freed.length = 0
    }
  }

  private poolOf(type: StructClass<Struct>): Pool {
    let pool = this.pools.get(type)
    if (!pool) this.pools.set(type, (pool = { all: [], used: 0, freed: [] }))
    return pool
  }

  /** Embedded objects follow their container. Returns the first address behind the object. */
  private place(s: Struct, address: number): number {
    for (const part of s.parts) part.address = address++
    return address
  }
}

function live(s: Struct): void {
  for (const part of s.parts) part.life = Life.Live
}
