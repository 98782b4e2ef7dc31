import type { CoverageSink } from '../machine/index.js'

/** Points that can be told apart; also what `total_edges` of the statistics says. */
export const COVERAGE_SIZE = 1 << 16

/**
 * What was interleaved, not which line ran: the machine reports reads-from pairs (who wrote what I read;
 * after RFF, ASPLOS'24, and KRACE's alias coverage, S&P'20), hand-offs of objects between threads, and the
 * reader's standing towards the grace period with the object's age. Identities are folded into a bitmap, as
 * AFL does with edges.
 */
export class Coverage implements CoverageSink {
  readonly map = new Uint8Array(COVERAGE_SIZE)
  /** The points reached so far, in the order in which they were. */
  readonly reached: number[] = []

  /** How many were reached so far. */
  get points(): number {
    return this.reached.length
  }

  hit(identity: number): void {
    this.reach((identity ^ (identity >>> 16)) & (COVERAGE_SIZE - 1))
  }

  /** Books a point; false if it was known. */
  reach(point: number): boolean {
    if (this.map[point] !== 0) return false
    this.map[point] = 1
    this.reached.push(point)
    return true
  }
}
