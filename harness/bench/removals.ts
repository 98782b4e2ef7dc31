import type { Machine, Struct, Thread } from '../machine/index.js'

interface GracePeriod {
  readonly start: number
  readonly end: number
}

/** Follows removed objects to their free, and counts the grace periods on the way. */
export class Removals {
  begun = 0
  freed = 0
  timeToFree = 0
  gracePeriods = 0
  peakUnreclaimed = 0
  private readonly pending = new Map<Struct, number>()
  private readonly ended: GracePeriod[] = []
  private readonly started: number[] = []

  /** A new replication: totals go on. */
  begin(): void {
    this.pending.clear()
    this.ended.length = 0
  }

  removalBegins(object: Struct, now: number): void {
    this.begun++
    this.pending.set(object, now)
    this.peakUnreclaimed = Math.max(this.peakUnreclaimed, this.pending.size)
  }

  step(m: Machine, t: Thread, now: number, end: number): void {
    switch (t.operation?.name) {
      case 'gracePeriodStart':
        this.started[t.id] = now
        break
      case 'gracePeriodEnd':
        if (t.x === m.rcu) this.ended.push({ start: this.started[t.id] ?? 0, end })
        break
      case 'free':
        this.free(t.x as Struct, now)
    }
  }

  private free(object: Struct, now: number): void {
    const since = this.pending.get(object)
    if (since === undefined) return
    this.pending.delete(object)
    this.freed++
    this.timeToFree += now - since
    this.gracePeriods += this.ended.filter((gp) => gp.start >= since && gp.end <= now).length
  }
}
