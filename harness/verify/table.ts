export interface SavedTable {
  readonly low: Int32Array
  readonly high: Int32Array
  readonly asleep: Int32Array
  readonly size: number
}

/** Where a search looks up whether it has been to a state. */
export interface States {
  /** The slot of a state, or the complement of a free one. */
  find(low: number, high: number): number
  insert(slot: number, low: number, high: number, asleep: number): void
  get(slot: number): number
  set(slot: number, asleep: number): void
  clear(): void
}

/** Several threads may look into one table between two changes of it. */
const shared = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length))

const emptyTable = (capacity: number): SavedTable => ({
  low: shared(capacity),
  high: shared(capacity),
  asleep: shared(capacity),
  size: 0,
})

/**
 * The states that a search has been to: 64 bits each, with what is still to be tried there. Open addressing in
 * flat arrays, so that tens of millions fit.
 */
export class StateTable implements States {
  private low!: Int32Array
  private high!: Int32Array
  /** Agents that slept whenever the state was visited; a bit more says that the state is on the path. */
  private asleep!: Int32Array
  private mask!: number
  size: number

  constructor(table: SavedTable = emptyTable(1 << 16)) {
    this.adopt(table)
    this.size = table.size
  }

  private adopt({ low, high, asleep }: SavedTable): void {
    this.low = low
    this.high = high
    this.asleep = asleep
    this.mask = low.length - 1
  }

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

  clear(): void {
    this.low.fill(0)
    this.high.fill(0)
    this.size = 0
  }

  /** Adds what was found out elsewhere: a step is left to be tried only if it slept there, too. */
  merge(other: StateTable): void {
    other.forEach((low, high, asleep) => {
      const slot = this.find(low, high)
      if (slot < 0) this.insert(slot, low, high, asleep)
      else this.set(slot, this.get(slot) & asleep)
    })
  }

  private forEach(f: (low: number, high: number, asleep: number) => void): void {
    for (let i = 0; i < this.low.length; i++) {
      const [low, high] = [this.low[i] as number, this.high[i] as number]
      if (low !== 0 || high !== 0) f(low, high, this.asleep[i] as number)
    }
  }

  private grow(): void {
    const before = new StateTable(this.save())
    this.adopt(emptyTable(2 * this.low.length))
    before.forEach((low, high, asleep) => {
      const slot = ~this.find(low, high)
      this.low[slot] = low
      this.high[slot] = high
      this.asleep[slot] = asleep
    })
  }
}

/** A table that others look into at the same time, and what one of them has found out beyond it. */
export class Overlay implements States {
  readonly own = new StateTable(emptyTable(1 << 14))

  constructor(private readonly base: StateTable) {}

  find(low: number, high: number): number {
    const slot = this.own.find(low, high)
    if (slot >= 0) return slot
    const known = this.base.find(low, high)
    if (known < 0) return slot
    this.own.insert(slot, low, high, this.base.get(known))
    return this.own.find(low, high)
  }

  insert(slot: number, low: number, high: number, asleep: number): void {
    this.own.insert(slot, low, high, asleep)
  }

  get(slot: number): number {
    return this.own.get(slot)
  }

  set(slot: number, asleep: number): void {
    this.own.set(slot, asleep)
  }

  clear(): void {
    this.own.clear()
  }
}
