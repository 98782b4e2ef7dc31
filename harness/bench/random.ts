import type { RandomStream } from '../define.js'
import { derive, Rng } from '../drivers/rng.js'

/** One process's random numbers; every replication starts it anew. */
export class Stream implements RandomStream {
  private rng = new Rng(0)

  constructor(private readonly number: number) {}

  begin(seed: number): void {
    this.rng = new Rng(derive(seed, this.number))
  }

  fraction(): number {
    return (this.rng.bits() >>> 0) / 0x100000000
  }

  below(n: number): number {
    return this.rng.below(n)
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.fraction())
  }
}
