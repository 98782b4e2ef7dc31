import type { Machine, Struct, Thread } from '../machine/index.js'

/** Follows removed objects to their free, and counts the grace periods that this takes. */
export class Removals {
  begun = 0
  freed = 0
  timeToFree = 0
  gracePeriods = 0
  peakUnreclaimed = 0
  /** Removals by replication, those of the warm-up left out. */
  readonly begunBy: number[] = []
  private readonly pending = new Map<Struct, number>()

  /** A new replication: totals go on. */
  begin(): void {
    this.pending.clear()
    this.begunBy.push(0)
  }

  removalBegins(object: Struct, now: number, warm: boolean): void {
    this.begun++
    if (warm) this.begunBy[this.begunBy.length - 1] = (this.begunBy.at(-1) as number) + 1
    this.pending.set(object, now)
    this.peakUnreclaimed = Math.max(this.peakUnreclaimed, this.pending.size)
  }

  step(m: Machine, t: Thread, now: number): void {
    const operation = t.operation?.name
    if (operation === 'free') this.free(t.x as Struct, now)
    else if (operation === 'gracePeriodEnd' && t.x === m.rcu) this.gracePeriods++
  }

  private free(object: Struct, now: number): void {
    const since = this.pending.get(object)
    if (since === undefined) return
    this.pending.delete(object)
    this.freed++
    this.timeToFree += now - since
  }
}
