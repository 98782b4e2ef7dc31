import type { Machine, Thread } from '../machine/index.js'
import type { Driver } from './driver.js'
import { Rng } from './rng.js'

/**
 * Partial order sampling (Yuan, Yang, Gu, CAV 2018): every pending step has a random priority of its own and
 * the highest enabled one runs; steps that race with it draw anew. Samples partial orders more evenly than a
 * random walk does: a step with a low priority can wait for as long as nothing races with it.
 *
 * Deviations: two steps race when they are about the same cell, lock or object, reads included; store buffers
 * draw anew after each drain; values are chosen uniformly (the paper assumes sequential consistency).
 */
export class PosDriver implements Driver {
  readonly name = 'pos'
  private rng = new Rng(0)
  private priority = new Float64Array(0)

  begin(seed: number, m: Machine): void {
    this.rng = new Rng(seed)
    if (this.priority.length < m.enabled.length) this.priority = new Float64Array(m.enabled.length)
    for (let a = 0; a < m.enabled.length; a++) this.priority[a] = this.draw()
  }

  private draw(): number {
    return this.rng.bits()
  }

  nextAgent(m: Machine): number {
    let best = m.enabled[0] as number
    for (let i = 1; i < m.enabledCount; i++) {
      const agent = m.enabled[i] as number
      if ((this.priority[agent] as number) > (this.priority[best] as number)) best = agent
    }
    if (best < m.capacity) {
      const t = m.threads[best] as Thread
      for (const u of m.threads) if (u !== t && races(t, u)) this.priority[u.id] = this.draw()
    }
    this.priority[best] = this.draw()
    return best
  }

  nextValue(n: number): number {
    return this.rng.below(n)
  }
}

function races(t: Thread, u: Thread): boolean {
  return (
    u.operation !== null &&
    (t.cell !== null ? t.cell === u.cell : t.x !== null && t.x === u.x && u.cell === null)
  )
}
