import type { Chooser, Machine } from '#harness/machine/index.js'

/**
 * Every schedule with at most `bound` preemptions (Musuvathi and Qadeer, PLDI 2007): a thread that can go on is
 * left only so often; where it cannot, any other may follow. Loads return the newest value.
 */
export class Bounded implements Chooser {
  private readonly taken: number[] = []
  private readonly width: number[] = []
  private depth = 0
  private last = -1
  private left = 0

  constructor(private readonly bound: number) {}

  /** Before each execution. */
  begin(): void {
    this.depth = 0
    this.last = -1
    this.left = this.bound
  }

  nextAgent(m: Machine): number {
    const enabled = m.enabled.subarray(0, m.enabledCount)
    const stays = enabled.includes(this.last)
    const others = enabled.filter((a) => a !== this.last)
    const options = stays ? [this.last, ...(this.left > 0 ? others : [])] : [...others]
    const agent = options[this.choose(options.length)] as number
    if (stays && agent !== this.last) this.left--
    return (this.last = agent)
  }

  nextValue(): number {
    return 0
  }

  private choose(n: number): number {
    if (n === 1) return 0
    const d = this.depth++
    if (d === this.taken.length) {
      this.taken.push(0)
      this.width.push(n)
    }
    return this.taken[d] as number
  }

  /** Turns to the next schedule; false when there is none. */
  advance(): boolean {
    while (this.taken.length > 0) {
      const last = this.taken.length - 1
      const next = (this.taken[last] as number) + 1
      if (next < (this.width[last] as number)) {
        this.taken[last] = next
        return true
      }
      this.taken.pop()
      this.width.pop()
    }
    return false
  }
}
