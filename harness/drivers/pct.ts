import type { Machine } from '../machine/index.js'
import type { Driver } from './driver.js'
import { Rng } from './rng.js'

/**
 * Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): random priorities, the highest enabled
 * one runs, and d-1 random steps at which the running agent falls to the bottom. Finds a bug of depth d with
 * probability at least 1/(n k^(d-1)).
 *
 * Deviations: k is an estimate, so that an execution depends on its seed alone; store
 * buffers are agents with priorities of their own; the value of a weak load is chosen uniformly, which the
 * paper, written for sequential consistency, does not speak of.
 */
export class PctDriver implements Driver {
  readonly name = 'pct'
  private rng = new Rng(0)
  private readonly priority: number[] = []
  private readonly changes: number[] = []
  private lowest = 0

  constructor(
    /** Bug depth: the number of ordering constraints that the bug needs. */
    private readonly depth = 4,
    private readonly expectedSteps = 64,
  ) {}

  begin(seed: number, machine: Machine): void {
    this.rng = new Rng(seed)
    this.priority.length = this.changes.length = 0
    const agents = machine.enabled.length
    for (let a = 0; a < agents; a++) this.priority.push(a)
    for (let a = agents - 1; a > 0; a--) {
      const b = this.rng.below(a + 1)
      const [x, y] = [this.priority[a] as number, this.priority[b] as number]
      this.priority[a] = y
      this.priority[b] = x
    }
    this.lowest = -1
    for (let i = 1; i < this.depth; i++) this.changes.push(this.rng.below(this.expectedSteps))
  }

  nextAgent(m: Machine): number {
    let agent = this.highest(m)
    if (this.changes.includes(m.step)) {
      this.priority[agent] = this.lowest--
      agent = this.highest(m)
    }
    return agent
  }

  private highest(m: Machine): number {
    let best = m.enabled[0] as number
    for (let i = 1; i < m.enabledCount; i++) {
      const agent = m.enabled[i] as number
      if ((this.priority[agent] as number) > (this.priority[best] as number)) best = agent
    }
    return best
  }

  nextValue(n: number): number {
    return this.rng.below(n)
  }
}
