import type { Machine } from '../machine/index.js'
import { goOn, isEnabled, LenientReplay, type Choices } from './replay.js'
import type { Schedule } from './schedule.js'

/**
 * Repeats an execution, but holds one thread back from step number `from` until step number `until`, which is
 * somebody else's, is taken. If nothing orders the first before the second, the others can do without it: an order
 * that was inferred from happens-before becomes one that is seen.
 */
export class Postpone extends LenientReplay {
  override readonly name = 'postpone'
  private at = 0

  constructor(
    /** The execution: its agents by step, and the values of loads by what was read. */
    private readonly agents: Choices['agents'],
    schedule: Schedule,
    private readonly held: number,
    private readonly from: number,
    private readonly until: number,
  ) {
    super(schedule)
  }

  override begin(): void {
    super.begin()
    this.at = 0
  }

  override nextAgent(m: Machine): number {
    while (this.at <= this.until) {
      const agent = this.agents[this.at] as number
      const heldBack = agent === this.held && this.at >= this.from
      this.at++
      if (!heldBack && isEnabled(m, agent)) return this.take(m, agent)
    }
    return this.take(m, goOn(m, this.held))
  }
}
