import type { Machine, Thread } from '../machine/index.js'

/** Follows who holds the BQL, and for how long at a time. */
export class Holds {
  private since = 0

  /** A step that ends at `end`: how long the BQL had been held, if it is let go; else -1. */
  step(m: Machine, t: Thread, end: number): number {
    switch (t.operation?.name) {
      case 'lock':
        if (t.x === m.bql) this.since = end
        return -1
      case 'condWoken':
        if (t.y === m.bql) this.since = end
        return -1
      case 'unlock':
        return t.x === m.bql && t.holds(m.bql) ? end - this.since : -1
      case 'condWait':
        return t.y === m.bql && t.holds(m.bql) ? end - this.since : -1
      default:
        return -1
    }
  }
}
