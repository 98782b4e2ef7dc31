import type { CoverageSink } from '../machine/index.js'

const SIZE = 1 << 16

/**
 * What was interleaved, not which line ran: the machine reports reads-from pairs (who wrote what I read;
 * after RFF, ASPLOS'24, and KRACE's alias coverage, S&P'20), hand-offs of objects between threads, and the
 * reader's standing towards the grace period with the object's age. Identities are folded into a bitmap, as
 * AFL does with edges.
 */
export class Coverage implements CoverageSink {
  readonly map = new Uint8Array(SIZE)
  /** Points reached so far. */
  points = 0

  hit(identity: number): void {
    const i = (identity ^ (identity >>> 16)) & (SIZE - 1)
    if (this.map[i] === 0) {
      this.map[i] = 1
      this.points++
    }
  }
}
