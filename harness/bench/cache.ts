import type { Costs } from './costs.js'
import type { Line } from './lines.js'

/** What a thread has done so far. */
export interface Counts {
  loads: number
  stores: number
  atomics: number
  fences: number
  transfers: number
}

/**
 * What an access costs: cache-line ownership after MESI, one core a thread, caches of unlimited size, and a
 * store buffer that drains in program order. Times are nanoseconds, costs those of a core that starts at `now`.
 */
export class Cache {
  readonly counts: Counts[] = []
  /** By core: when its store buffer is empty. */
  private readonly drained: Float64Array

  readonly hit: number
  private readonly memory: number
  private readonly transfer: number

  constructor(cores: number, costs: Costs) {
    this.hit = costs.hit.value
    this.memory = costs.memory.value
    this.transfer = costs.transfer.value
    this.drained = new Float64Array(cores)
    for (let i = 0; i < cores; i++)
      this.counts.push({ loads: 0, stores: 0, atomics: 0, fences: 0, transfers: 0 })
  }

  reset(): void {
    this.drained.fill(0)
    for (const c of this.counts) c.loads = c.stores = c.atomics = c.fences = c.transfers = 0
  }

  /** A copy, from whoever has the line; any number of cores can fetch one at the same time. */
  load(line: Line, id: number, now: number): number {
    if (line.isCopiedBy(id)) return this.hit
    const wait = Math.max(0, line.free - now)
    const fetch = this.fetch(line, id)
    line.share(id)
    return wait + fetch + this.hit
  }

  /** Goes to the store buffer at once; from there the line is fetched in the background, in program order. */
  store(line: Line, id: number, now: number): number {
    if (line.owner !== id) {
      const start = Math.max(now, line.free, this.drained[id] as number)
      this.drained[id] = line.free = start + this.fetch(line, id)
      line.take(id)
    }
    return this.hit
  }

  /** Waits for the store buffer, and for the line; the next core gets it when this one is done. */
  atomic(line: Line, id: number, now: number, cost: number): number {
    let end = now + this.drain(id, now)
    if (line.owner !== id) {
      end = Math.max(end, line.free) + this.fetch(line, id)
      line.take(id)
    }
    line.free = end += cost
    return end - now
  }

  drain(id: number, now: number): number {
    return Math.max(0, (this.drained[id] as number) - now)
  }

  private fetch(line: Line, id: number): number {
    if (!line.cached) return this.memory
    ;(this.counts[id] as Counts).transfers++
    return this.transfer
  }
}
