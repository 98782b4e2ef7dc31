import type { Cell } from './cell.js'
import type { Footprint, Touched } from './footprint.js'
import type { Machine } from './machine.js'
import type { Struct } from './struct.js'

// As in `access.ts`.
const READ = 0
const WRITE = 1
const PLAIN_READ = 2
const PLAIN_WRITE = 3

export interface Learnt {
  readonly freeing: readonly (readonly [string, number])[]
  readonly accessing: readonly (readonly [number, readonly number[]])[]
}

/**
 * Which bookings can still decide a verdict: an access matters to those who free objects of its type, or whose
 * own accesses to the field may race with it. Learnt from all steps that a search sees. When something new is
 * learnt, states that were told apart too little may have been taken for one: the search starts again. At the
 * end nothing is new, and what was ignored has decided nothing.
 */
export class Relevance {
  /** By type: a bit for each thread that frees. */
  private readonly freeing = new Map<string, number>()
  /** By field: for each kind of access, a bit for each thread that makes it. */
  private readonly accessing = new Map<number, Int32Array>()
  /** By field: for each kind of access and thread, the threads that are judged by it; null if nobody is. */
  private readonly judged = new Map<number, Int32Array | null>()

  /** Whether any two accesses can race. */
  anyRaces = false

  constructor(private readonly m: Machine) {}

  /** What was learnt, for other searches over the same program. */
  save(): Learnt {
    return { freeing: [...this.freeing], accessing: [...this.accessing].map(([f, by]) => [f, [...by]]) }
  }

  absorb({ freeing, accessing }: Learnt): void {
    for (const [type, threads] of freeing) this.freeing.set(type, (this.freeing.get(type) ?? 0) | threads)
    for (const [field, by] of accessing) {
      const kinds = this.accessing.get(field) ?? new Int32Array(4)
      this.accessing.set(
        field,
        kinds.map((threads, kind) => threads | (by[kind] as number)),
      )
      this.judge(field, this.accessing.get(field) as Int32Array)
    }
  }

  freers(s: Struct): number {
    return this.freeing.get(s.typeName) ?? 0
  }

  racing(cell: Cell<unknown>): Int32Array | null {
    return this.judged.get(cell.field) ?? null
  }

  /** A step of the thread is about to be taken. Returns whether it taught anything that states depend on. */
  learn(thread: number, f: Footprint): boolean {
    const bit = 1 << thread
    let news = false
    for (let i = 0; i < f.freedCount; i++) {
      const s = f.freed[i] as Struct
      const known = this.freers(s)
      if ((known & bit) !== 0) continue
      this.freeing.set(s.typeName, known | bit)
      news = true
    }
    for (let i = 0; i < f.touchedCount; i++) {
      const { cell, write, plain } = f.touched[i] as Touched
      let by = this.accessing.get(cell.field)
      if (!by) this.accessing.set(cell.field, (by = new Int32Array(4)))
      const kind = plain ? (write ? PLAIN_WRITE : PLAIN_READ) : write ? WRITE : READ
      if (((by[kind] as number) & bit) !== 0) continue
      by[kind] = (by[kind] as number) | bit
      if (this.judge(cell.field, by)) news = true
    }
    return news
  }

  /** Who races with whom on the field now; returns whether that has changed. */
  private judge(field: number, by: Int32Array): boolean {
    const n = this.m.capacity
    const [reads, writes, plainReads, plainWrites] = by as unknown as [number, number, number, number]
    const plain = plainReads | plainWrites
    const against: number[] = []
    against[READ] = plainWrites
    against[WRITE] = plain
    against[PLAIN_READ] = writes | plainWrites
    against[PLAIN_WRITE] = reads | writes | plain
    const judges = new Int32Array(4 * n)
    for (let kind = 0; kind < 4; kind++)
      for (let u = 0; u < n; u++)
        if (((by[kind] as number) & (1 << u)) !== 0)
          judges[kind * n + u] = (against[kind] as number) & ~(1 << u)
    const before = this.judged.get(field)
    const after = judges.some((j) => j !== 0) ? judges : null
    this.judged.set(field, after)
    if (after) this.anyRaces = true
    return after !== null && (!before || after.some((j, i) => j !== before[i]))
  }
}
