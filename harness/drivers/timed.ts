import type { Machine, Thread } from '../machine/index.js'
import type { Driver } from './driver.js'

/** What steps cost, in nanoseconds of simulated time. */
export interface CostModel {
  /** An execution begins. */
  begin(machine: Machine): void
  /** What the pending operation of `t` costs when it starts at `now`; it is carried out right after. */
  charge(machine: Machine, t: Thread, now: number): number
  /**
   * When `t` goes on, which has been blocked at its operation since `since`, now that a step which ended at
   * `event` made it possible.
   */
  resume(t: Thread, since: number, event: number): number
  /** For how long `t` puts an operation off that it could take; 0 = not at all. Asked again after that time. */
  postpone(machine: Machine, t: Thread): number
}

/**
 * Discrete-event simulation: every thread has a clock of its own, and the enabled thread with the least time
 * takes the next step (the lowest id where several have), so that steps happen in the order of their starts.
 * A pure function of the program and the cost model; loads return the newest value.
 */
export class TimedDriver implements Driver {
  readonly name = 'timed'
  /** By thread: when it is ready for its next step. */
  readonly time: Float64Array
  private readonly lastEnabled: Int32Array
  /** Threads in the middle of a `sleep`. */
  private readonly asleep: Uint8Array
  private decisions = 0
  private event = 0

  constructor(
    capacity: number,
    private readonly costs: CostModel,
  ) {
    this.time = new Float64Array(capacity)
    this.lastEnabled = new Int32Array(capacity)
    this.asleep = new Uint8Array(capacity)
  }

  begin(_seed: number, machine: Machine): void {
    this.time.fill(0)
    this.lastEnabled.fill(0)
    this.asleep.fill(0)
    this.decisions = this.event = 0
    this.costs.begin(machine)
  }

  nextAgent(m: Machine): number {
    let agent = this.awaken(m)
    for (;;) {
      const t = m.threads[agent] as Thread
      const now = this.time[agent] as number
      const wait = this.fallsAsleep(t) ? (t.x as number) : this.costs.postpone(m, t)
      if (wait === 0) {
        this.event = this.time[agent] = now + this.costs.charge(m, t, now)
        return agent
      }
      this.time[agent] = now + wait
      agent = this.earliest(m)
    }
  }

  /** A sleep is taken when it is over: what the thread does next must see what happened meanwhile. */
  private fallsAsleep(t: Thread): boolean {
    if (t.operation?.name !== 'sleep') return false
    this.asleep[t.id] = 1 - (this.asleep[t.id] as number)
    return this.asleep[t.id] === 1
  }

  nextValue(): number {
    return 0
  }

  /**
   * Threads that were blocked at the last decision and are not any more owe it to the step between. Returns
   * the earliest thread, in one pass: it is most of what the driver costs.
   */
  private awaken(m: Machine): number {
    const decision = ++this.decisions
    const { lastEnabled, time } = this
    let best = -1
    let least = Infinity
    for (let i = 0; i < m.enabledCount; i++) {
      const agent = m.enabled[i] as number
      if ((lastEnabled[agent] as number) < decision - 1)
        time[agent] = this.costs.resume(m.threads[agent] as Thread, time[agent] as number, this.event)
      lastEnabled[agent] = decision
      if ((time[agent] as number) < least) {
        best = agent
        least = time[agent] as number
      }
    }
    return best
  }

  private earliest(m: Machine): number {
    const { time } = this
    let best = m.enabled[0] as number
    for (let i = 1; i < m.enabledCount; i++) {
      const agent = m.enabled[i] as number
      if ((time[agent] as number) < (time[best] as number)) best = agent
    }
    return best
  }
}
