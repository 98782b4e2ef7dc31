import type { Machine } from '../machine/index.js'
import type { Driver } from './driver.js'
import { Rng } from './rng.js'

/** Uniform random walk: each enabled agent, and each value, is as likely as any other. */
export class RandomDriver implements Driver {
  readonly name = 'random'
  private rng = new Rng(0)

  begin(seed: number): void {
    this.rng = new Rng(seed)
  }

  nextAgent(m: Machine): number {
    return m.enabled[m.enabledCount === 1 ? 0 : this.rng.below(m.enabledCount)] as number
  }

  nextValue(n: number): number {
    return this.rng.below(n)
  }
}
