import type { Machine, Struct, Thread } from '../machine/index.js'

/** When a removal began, and how many grace periods had ended by then. */
interface Pending {
  readonly since: number
  readonly gracePeriods: number
}

/** An object that was removed is freed. */
export interface Freed {
  readonly after: number
  /** That ended meanwhile. */
  readonly gracePeriods: number
}

/** Follows removed objects to their free, and counts the grace periods that this takes. One replication. */
export class Removals {
  begun = 0
  gracePeriods = 0
  peak = 0
  /** How many are removed and not freed, from when on. */
  readonly series: { at: number; objects: number }[] = []
  private readonly pending = new Map<Struct, Pending>()
  private area = 0
  private since = 0

  begin(): void {
    this.begun = this.gracePeriods = this.peak = this.area = this.since = 0
    this.series.length = 0
    this.pending.clear()
  }

  /** Mean number of objects that were removed and not freed. */
  mean(now: number): number {
    return now > 0 ? (this.area + this.pending.size * (now - this.since)) / now : 0
  }

  removalBegins(object: Struct, now: number): void {
    this.begun++
    this.changes(now)
    this.pending.set(object, { since: now, gracePeriods: this.gracePeriods })
    this.peak = Math.max(this.peak, this.pending.size)
    this.series.push({ at: now, objects: this.pending.size })
  }

  /** The removal that this step completes, if it completes one. */
  step(m: Machine, t: Thread, now: number): Freed | null {
    const operation = t.operation?.name
    if (operation === 'free') return this.free(t.x as Struct, now)
    if (operation === 'gracePeriodEnd' && t.x === m.rcu) this.gracePeriods++
    return null
  }

  private free(object: Struct, now: number): Freed | null {
    const removal = this.pending.get(object)
    if (removal === undefined) return null
    this.changes(now)
    this.pending.delete(object)
    this.series.push({ at: now, objects: this.pending.size })
    return { after: now - removal.since, gracePeriods: this.gracePeriods - removal.gracePeriods }
  }

  private changes(now: number): void {
    this.area += this.pending.size * (now - this.since)
    this.since = now
  }
}
