import type { Chooser, Machine, Outcome } from '#harness/machine/index.js'

/**
 * Every execution with at most so many preemptions: a thread is taken off only where the bound allows it, and
 * else runs until it blocks or ends (Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007).
 */
class BoundedDepthFirst implements Chooser {
  private readonly taken: number[] = []
  private readonly width: number[] = []
  private depth = 0
  private last = -1
  private left: number

  constructor(private readonly bound: number) {
    this.left = bound
  }

  nextAgent(m: Machine): number {
    const enabled = [...m.enabled.subarray(0, m.enabledCount)]
    const goesOn = enabled.includes(this.last)
    const others = enabled.filter((agent) => agent !== this.last)
    const agents = goesOn ? [this.last, ...(this.left > 0 ? others : [])] : others
    const agent = agents[this.choose(agents.length)] as number
    if (goesOn && agent !== this.last) this.left--
    return (this.last = agent)
  }

  nextValue(n: number): number {
    return this.choose(n)
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

  /** Turns to the next execution; false when there is none. */
  advance(): boolean {
    this.depth = 0
    this.last = -1
    this.left = this.bound
    while (this.taken.length > 0) {
      const next = (this.taken.at(-1) as number) + 1
      if (next < (this.width.at(-1) as number)) {
        this.taken[this.taken.length - 1] = next
        return true
      }
      this.taken.pop()
      this.width.pop()
    }
    return false
  }
}

/** Runs them all. */
export function forEachExecution(m: Machine, preemptions: number, f: (end: Outcome) => void): number {
  const path = new BoundedDepthFirst(preemptions)
  let executions = 0
  do {
    executions++
    f(m.run(path))
  } while (path.advance())
  return executions
}
