import type { Cell } from './cell.js'
import type { Machine } from './machine.js'
import type { Struct } from './struct.js'
import type { Thread } from './thread.js'

/** What is shared besides cells, objects and locks. */
export const enum Shared {
  /** The call_rcu queue. */
  Queue,
  /** Which storage is free, and in which order allocations are made. */
  Allocator,
  /** The one order of all full fences, where the memory model has it. */
  Fences,
  /** Who links to whom: stores to links read it, a `free` that looks for links writes it. */
  Links,
  Count,
}

/** An access to a cell, as far as races are concerned. */
export interface Touched {
  cell: Cell<never>
  write: boolean
  plain: boolean
}

/**
 * What a pending step will look at and change, in resources. Two steps of different threads commute - each
 * enabled or not whatever the other does, same state after both orders, same reports - unless one writes a
 * resource that the other reads or writes. The lists keep their length; the counts say what is in them.
 */
export class Footprint {
  /** Whose step it is; -1 for nobody's. */
  agent = -1
  everything = false
  private readonly reads: number[] = []
  private readCount = 0
  private readonly writes: number[] = []
  private writeCount = 0
  /** For what `relevance.ts` learns. */
  readonly touched: Touched[] = []
  touchedCount = 0
  readonly freed: Struct[] = []
  freedCount = 0

  clear(): void {
    this.everything = false
    this.readCount = this.writeCount = this.touchedCount = this.freedCount = 0
  }

  read(resource: number): void {
    this.reads[this.readCount++] = resource
  }

  write(resource: number): void {
    this.writes[this.writeCount++] = resource
  }

  /** An access that takes effect in memory at once. */
  access(cell: Cell<never>, write: boolean, plain: boolean): void {
    this.issue(cell, write, plain)
    if (write) this.land(cell)
    else this.read(cell.resource)
  }

  /** The part of an access that concerns the object's life and its booking. */
  issue(cell: Cell<never>, write: boolean, plain: boolean): void {
    this.read(cell.owner.resource)
    const touched = (this.touched[this.touchedCount++] ??= { cell, write, plain })
    touched.cell = cell
    touched.write = write
    touched.plain = plain
  }

  /** A store reaches memory. */
  land(cell: Cell<never> | Cell<unknown>): void {
    this.write(cell.resource)
    if (cell.kind === 'link') this.read(Shared.Links)
  }

  free(s: Struct): void {
    this.write(s.resource)
    this.freed[this.freedCount++] = s
  }

  fullFence(m: Machine): void {
    if (m.memory.ordersFences) this.write(Shared.Fences)
  }

  /** The pending step of an agent: a thread, or its store buffer. */
  of(m: Machine, agent: number): void {
    this.clear()
    this.agent = agent
    const t = m.threads[agent % m.capacity] as Thread
    if (agent >= m.capacity) m.memory.drainFootprint(t, this)
    else if (t.operation) t.operation.footprint(m, t, this)
    // What it reads hangs on whether another thread has gone on, whatever that one did.
    if (t.seesNewest) this.everything = true
  }

  dependsOn(other: Footprint): boolean {
    if (this.everything || other.everything) return true
    return this.overwrites(other) || other.overwrites(this)
  }

  private overwrites(other: Footprint): boolean {
    for (let i = 0; i < this.writeCount; i++) {
      const resource = this.writes[i]
      for (let j = 0; j < other.writeCount; j++) if (other.writes[j] === resource) return true
      for (let j = 0; j < other.readCount; j++) if (other.reads[j] === resource) return true
    }
    return false
  }
}
