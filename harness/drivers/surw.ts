import type { Machine, Thread } from '../machine/index.js'
import type { Driver } from './driver.js'
import { Rng } from './rng.js'

const NOTHING = -1

/**
 * Selectively uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, "Selectively Uniform Concurrency Testing",
 * ASPLOS 2025): of the accesses to one field, drawn for each execution, every order comes with the same probability,
 * however much else the threads do in between. Who makes the next of them is drawn by how many each has left; the
 * others wait when they come to theirs.
 *
 * Deviations: the field is one that several threads accessed in the execution before on the same machine, whose
 * counts are the estimate; the first one is a random walk. Among the other steps, store buffers' included, the
 * choice is uniform, and so are values.
 */
export class SurwDriver implements Driver {
  readonly name = 'surw'
  private rng = new Rng(0)
  private machine: Machine | null = null
  /** Accesses in the current execution, by field and thread. */
  private counts = new Map<number, Int32Array>()
  private field = NOTHING
  /** How many accesses to it are expected of each thread yet. */
  private left: Int32Array = new Int32Array(0)
  /** The thread that makes the next one. */
  private turn = NOTHING
  private readonly candidates: number[] = []

  begin(seed: number, m: Machine): void {
    this.rng = new Rng(seed)
    const shared =
      m === this.machine ? [...this.counts].filter(([, by]) => by.filter((n) => n > 0).length > 1) : []
    this.machine = m
    this.counts = new Map()
    const [field, left] = shared.length > 0 ? this.rng.pick(shared) : [NOTHING, new Int32Array(m.capacity)]
    this.field = field
    this.left = left
    this.turn = this.draw()
  }

  private draw(): number {
    let at = this.rng.below(this.left.reduce((sum, n) => sum + n, 0))
    for (let t = 0; t < this.left.length; t++) {
      at -= this.left[t] as number
      if (at < 0) return t
    }
    return NOTHING
  }

  nextAgent(m: Machine): number {
    let n = 0
    for (let i = 0; i < m.enabledCount; i++) {
      const agent = m.enabled[i] as number
      if (agent === this.turn || fieldOf(m, agent) !== this.field || this.field === NOTHING)
        this.candidates[n++] = agent
    }
    // Whose turn it is has ended, or is blocked: the estimate was wrong.
    const agent =
      n > 0
        ? (this.candidates[this.rng.below(n)] as number)
        : (m.enabled[this.rng.below(m.enabledCount)] as number)
    this.count(m, agent)
    return agent
  }

  private count(m: Machine, agent: number): void {
    const field = fieldOf(m, agent)
    if (field === NOTHING) return
    let by = this.counts.get(field)
    if (!by) this.counts.set(field, (by = new Int32Array(m.capacity)))
    by[agent] = (by[agent] as number) + 1
    if (field !== this.field) return
    this.left[agent] = Math.max(0, (this.left[agent] as number) - 1)
    this.turn = this.draw()
  }

  nextValue(n: number): number {
    return this.rng.below(n)
  }
}

/** The field that an agent is about to access. */
function fieldOf(m: Machine, agent: number): number {
  return agent < m.capacity ? ((m.threads[agent] as Thread).cell?.field ?? NOTHING) : NOTHING
}
