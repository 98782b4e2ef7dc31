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
  readonly cell: Cell<never>
  readonly write: boolean
  readonly plain: boolean
}

/**
 * What a pending step will look at and change, in resources. Two steps of different threads commute - each
 * enabled or not whatever the other does, same state after both orders, same reports - unless one writes a
 * resource that the other reads or writes.
 */
export class Footprint {
  everything = false
  readonly reads: number[] = []
  readonly writes: number[] = []
  /** For what `relevance.ts` learns. */
  readonly touched: Touched[] = []
  readonly freed: Struct[] = []

  clear(): void {
    this.everything = false
    this.reads.length = this.writes.length = this.touched.length = this.freed.length = 0
  }

  read(resource: number): void {
    this.reads.push(resource)
  }

  write(resource: number): void {
    this.writes.push(resource)
  }

  /** An access by `t` that takes effect in memory at once. */
  access(cell: Cell<never>, write: boolean, plain: boolean): void {
    this.issue(cell, write, plain)
    if (write) this.land(cell)
    else this.read(cell.resource)
  }

  /** The part of an access that concerns the object's life and its booking. */
  issue(cell: Cell<never>, write: boolean, plain: boolean): void {
    this.read(cell.owner.resource)
    this.touched.push({ cell, write, plain })
  }

  /** A store reaches memory. */
  land(cell: Cell<never> | Cell<unknown>): void {
    this.write(cell.resource)
    if (cell.kind === 'link') this.read(Shared.Links)
  }

  fullFence(m: Machine): void {
    if (m.memory.ordersFences) this.write(Shared.Fences)
  }

  /** The pending step of an agent: a thread, or its store buffer. */
  of(m: Machine, agent: number): void {
    this.clear()
    const t = m.threads[agent % m.capacity] as Thread
    if (agent >= m.capacity) m.memory.drainFootprint(t, this)
    else if (t.operation) t.operation.footprint(m, t, this)
  }

  dependsOn(other: Footprint): boolean {
    if (this.everything || other.everything) return true
    return meet(this.writes, other.writes) || meet(this.writes, other.reads) || meet(this.reads, other.writes)
  }
}

function meet(xs: readonly number[], ys: readonly number[]): boolean {
  for (const x of xs) for (const y of ys) if (x === y) return true
  return false
}
