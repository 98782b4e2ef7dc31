import type { Machine, Struct, Thread } from '../machine/index.js'

/** When a removal began, and how many grace periods had ended by then. */
interface Pending {
  readonly since: number
  readonly gracePeriods: number
}

/** Follows removed objects to their free, and counts the grace periods that this takes. */
export class Removals {
  begun = 0
  freed = 0
  timeToFree = 0
  gracePeriods = 0
  peakUnreclaimed = 0
  /** Removals by replication, those of the warm-up left out. */
  readonly begunBy: number[] = []
  private readonly pending = new Map<Struct, Pending>()

  /** A new replication: totals go on. */
  begin(): void {
    this.pending.clear()
    this.begunBy.push(0)
  }

  removalBegins(object: Struct, now: number, warm: boolean): void {
    this.begun++
    if (warm) this.begunBy[this.begunBy.length - 1] = (this.begunBy.at(-1) as number) + 1
    this.pending.set(object, { since: now, gracePeriods: this.gracePeriods })
    this.peakUnreclaimed = Math.max(this.peakUnreclaimed, this.pending.size)
  }

  /** How many grace periods the removal that this step completes has seen; -1 if it completes none. */
  step(m: Machine, t: Thread, now: number): number {
    const operation = t.operation?.name
    if (operation === 'free') return this.free(t.x as Struct, now)
    if (operation === 'gracePeriodEnd' && t.x === m.rcu) this.gracePeriods++
    return -1
  }

  private free(object: Struct, now: number): number {
    const removal = this.pending.get(object)
    if (removal === undefined) return -1
    this.pending.delete(object)
    this.freed++
    this.timeToFree += now - removal.since
    return this.gracePeriods - removal.gracePeriods
  }
}
