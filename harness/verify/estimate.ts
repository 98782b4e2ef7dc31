/** The branches of one node: the rank of the one that is being walked, and how many are to follow. */
export interface Branches {
  readonly rank: number
  readonly later: number
  /** How many there are in all: those that somebody else walks, too. */
  readonly width: number
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

  /** The share of the tree that a path has still before it; the path is given from the root on. */
  left(path: Iterable<Branches>): number {
    let [left, weight] = [0, 1]
    for (const { rank, later, width } of path) {
      if (width === 1) continue
      const all = this.weigh(0, width)
      left += (weight * this.weigh(rank + 1, rank + 1 + later)) / all
      weight *= this.weigh(rank, rank + 1) / all
    }
    return left + weight
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
