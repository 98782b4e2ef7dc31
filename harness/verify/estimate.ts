/** The branches of one node: how many there are, and how many are done. */
export interface Branches {
  readonly width: number
  readonly done: number
}

/** Branches from here on are taken to be alike. */
const ORDINALS = 8

/**
 * How much of a tree has been walked. Knuth ("Estimating the efficiency of backtrack programs", Mathematics of
 * Computation 29, 1975) lets each branch of a node weigh the same. Here the first branch is by far the largest,
 * as what it meets is not entered again from the others; so a branch weighs what branches of its rank have cost
 * in this search so far, in transitions. It begins as Knuth's, and stays an estimate.
 */
export class Estimate {
  private readonly work = new Float64Array(ORDINALS).fill(1)

  /** The branch of that rank, of a node with several, has cost so many transitions. */
  learn(rank: number, transitions: number): void {
    const r = Math.min(rank, ORDINALS - 1)
    this.work[r] = (this.work[r] as number) + transitions
  }

  /** The share of the tree that lies before a path; the path is given from the root on. */
  share(path: Iterable<Branches>): number {
    let [share, weight] = [0, 1]
    for (const { width, done } of path) {
      if (width === 1) {
        if (done === 1) return share + weight
        continue
      }
      const all = this.weigh(0, width)
      share += (weight * this.weigh(0, done)) / all
      weight *= this.weigh(done, done + 1) / all
      if (done === width) break
    }
    return Math.min(share, 1)
  }

  private weigh(from: number, to: number): number {
    let sum = 0
    for (let r = from; r < to; r++) sum += this.work[Math.min(r, ORDINALS - 1)] as number
    return sum
  }

  save(): readonly number[] {
    return [...this.work]
  }

  restore(work: readonly number[]): void {
    this.work.set(work)
  }
}
