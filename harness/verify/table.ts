export interface SavedTable {
  readonly low: Int32Array
  readonly high: Int32Array
  readonly asleep: Int32Array
  readonly size: number
}

/**
 * The states that a search has been to: 64 bits each, with what is still to be tried there. Open addressing in
 * flat arrays, so that tens of millions fit.
 */
export class StateTable {
  private low: Int32Array
  private high: Int32Array
  /** Agents that slept whenever the state was visited; a bit more says that the state is on the path. */
  private asleep: Int32Array
  private mask: number
  size = 0

  constructor(capacity = 1 << 16) {
    this.low = new Int32Array(capacity)
    this.high = new Int32Array(capacity)
    this.asleep = new Int32Array(capacity)
    this.mask = capacity - 1
  }

  /** The slot of a state, or the complement of a free one. */
  find(low: number, high: number): number {
    // 0 0 marks a free slot.
    if (low === 0 && high === 0) low = 1
    const { mask } = this
    for (let i = (low ^ (high >>> 7)) & mask; ; i = (i + 1) & mask) {
      const l = this.low[i] as number
      const h = this.high[i] as number
      if (l === low && h === high) return i
      if (l === 0 && h === 0) return ~i
    }
  }

  insert(slot: number, low: number, high: number, asleep: number): void {
    if (low === 0 && high === 0) low = 1
    this.low[~slot] = low
    this.high[~slot] = high
    this.asleep[~slot] = asleep
    if (++this.size * 2 > this.mask) this.grow()
  }

  get(slot: number): number {
    return this.asleep[slot] as number
  }

  set(slot: number, asleep: number): void {
    this.asleep[slot] = asleep
  }

  save(): SavedTable {
    return { low: this.low, high: this.high, asleep: this.asleep, size: this.size }
  }

  restore({ low, high, asleep, size }: SavedTable): void {
    this.low = low
    this.high = high
    this.asleep = asleep
    this.mask = low.length - 1
    this.size = size
  }

  clear(): void {
    this.low.fill(0)
    this.high.fill(0)
    this.size = 0
  }

  private grow(): void {
    const { low, high, asleep } = this
    const capacity = 2 * low.length
    this.low = new Int32Array(capacity)
    this.high = new Int32Array(capacity)
    this.asleep = new Int32Array(capacity)
    this.mask = capacity - 1
    for (let i = 0; i < low.length; i++) {
      const [l, h] = [low[i] as number, high[i] as number]
      if (l === 0 && h === 0) continue
      const to = ~this.find(l, h)
      this.low[to] = l
      this.high[to] = h
      this.asleep[to] = asleep[i] as number
    }
  }
}
