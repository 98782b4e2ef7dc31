import { Cell, type CellKind } from './cell.js'
import type { Clock } from './clocks.js'
import type { Identified, Words } from './digest.js'
import { hashString, mix } from './hash.js'
import type { Machine } from './machine.js'
import { RcuHead } from './rcu.js'

export const enum Life {
  Unallocated,
  Live,
  Freed,
}

/**
 * One incarnation of an allocation: the memory between one `alloc` and its `free`. A pointer names the
 * incarnation, so that an access through an old pointer is told from an access to what reuses the storage
 * (domain I1); `address` is what the program itself can compare or hash.
 *
 * Subclasses declare their fields: `readonly next = this.link<RAMBlock>('next')`.
 */
export abstract class Struct implements Identified {
  readonly cells: Cell<unknown>[] = []
  readonly links: Cell<Struct | null>[] = []
  life: Life = Life.Unallocated
  /** Step of the `free`, and the thread that did it. */
  freedAt = -1
  freedBy = -1
  dirty = false
  /** Per thread: clock and field of its last access to this incarnation ("free is an access"). */
  lastAccess: Clock = NO_CLOCK
  lastStep: Clock = NO_CLOCK
  lastWhat: string[] = []
  /** Per thread: what it may rely on when it reaches this incarnation through a loaded pointer; see `weak.ts`. */
  dependency: (Clock | null)[] = []
  /** How many callbacks were queued on it, up to 3: it is on its way out. For coverage. */
  age = 0
  /** Coverage identity of the last access and its thread. */
  lastEvent = 0
  lastThread = -1
  address = 0
  /** The dead object whose storage this one was given. */
  formerly: Struct | null = null
  /** The object whose memory this one is part of, if it is embedded in one. */
  container: Struct | null = null
  /** The object itself, then all that is embedded in it, by address. */
  readonly parts: Struct[] = [this]
  /** The same in every process: its type, and the how manieth of it this is. */
  identity = 0
  /** For footprints: a small number of this machine's. */
  resource = 0
  /** Made by a thread's `alloc`. */
  allocated = false
  /** The last walk of `reach.ts` that came by. */
  visit = 0
  readonly typeName: string
  readonly typeHash: number

  constructor(
    readonly machine: Machine,
    /** What the program would call this object, e.g. `X`. */
    public name: string,
  ) {
    this.typeName = (this.constructor as { structName?: string }).structName ?? this.constructor.name
    this.typeHash = hashString(this.typeName)
  }

  get label(): string {
    return this.container === null ? this.name : `${this.container.label}.${this.name}`
  }

  identify(words: Words): void {
    words.word(this.identity)
  }

  /** The allocation that this object is, or is part of. */
  get allocation(): Struct {
    return this.container === null ? this : this.container.allocation
  }

  /** A number. `bits` makes it wrap. */
  word(name: string, initial = 0, bits = 0): Cell<number> {
    return this.cell(name, initial, 'word', bits)
  }

  /** Any value that is loaded and stored as a whole. */
  value<T>(name: string, initial: T): Cell<T> {
    return this.cell(name, initial, 'word', 0)
  }

  /** A raw pointer: it does not keep its object reachable. */
  pointer<T extends Struct>(name: string): Cell<T | null> {
    return this.cell<T | null>(name, null, 'word', 0)
  }

  /** A pointer that publishes its object: what it reaches is not leaked and must not be freed. */
  link<T extends Struct>(name: string): Cell<T | null> {
    const link = this.cell<T | null>(name, null, 'link', 0)
    this.links.push(link as unknown as Cell<Struct | null>)
    return link
  }

  /** A reference count: falling below zero is a violation (domain I2). */
  refcount(name: string, initial = 1): Cell<number> {
    return this.cell(name, initial, 'refcount', 0)
  }

  rcuHead(name: string): RcuHead {
    return new RcuHead(this, name)
  }

  /** A struct within this one: it is allocated and freed with it, and its address follows from it. */
  embed<S extends Struct>(type: StructClass<S>, name: string): S {
    const s = new type(this.machine, name)
    s.container = this
    this.parts.push(...s.parts)
    return s
  }

  private cell<T>(name: string, initial: T, kind: CellKind, bits: number): Cell<T> {
    const cell = new Cell<T>(this, name, initial, kind, bits, mix(this.typeHash, hashString(name)))
    this.cells.push(cell as Cell<unknown>)
    this.machine.adoptCell(cell as Cell<unknown>)
    return cell
  }
}

/** A class of allocations, for `alloc`. */
export interface StructClass<S extends Struct> {
  new (machine: Machine, name: string): S
  /**
   * The program compares or hashes addresses of these objects, so that it matters when the allocator hands out
   * freed storage again. Of other classes it could not be told: no two live objects share an address, and
   * pointers to dead ones are recognized by their incarnation.
   */
  readonly byAddress?: boolean
}

const NO_CLOCK: Clock = new Int32Array(0)
