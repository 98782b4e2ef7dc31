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
  private decisions = 0
  private event = 0
  /** Who took the last step, and until when nobody else has a step to take. */
  private current = -1
  private horizon = 0
  /** The last step let nobody go on who could not before. */
  private quiet = false
  /** Threads between two rounds of a spin loop: any step of another one lets them look again. */
  private relaxing = 0

  constructor(
    capacity: number,
    private readonly costs: CostModel,
  ) {
    this.time = new Float64Array(capacity)
    this.lastEnabled = new Int32Array(capacity)
  }

  begin(_seed: number, machine: Machine): void {
    this.time.fill(0)
    this.lastEnabled.fill(0)
    this.decisions = this.event = 0
    this.current = -1
    this.relaxing = 0
    this.costs.begin(machine)
  }

  nextAgent(m: Machine): number {
    if (this.current < 0) for (const t of m.threads) this.asked(t)
    else this.asked(m.threads[this.current] as Thread)
    let agent = this.earliest(m, ++this.decisions)
    for (;;) {
      const t = m.threads[agent] as Thread
      const now = this.time[agent] as number
      const wait = this.costs.postpone(m, t)
      if (wait === 0) {
        this.take(m, t, now)
        this.current = agent
        return agent
      }
      this.time[agent] = now + wait
      agent = this.earliest(m, this.decisions)
    }
  }

  /** In most programs a thread takes many steps while all others think: then nobody has to be asked. */
  staysWith(m: Machine, t: Thread): boolean {
    const now = this.time[t.id] as number
    if (
      !this.quiet ||
      this.relaxing > 0 ||
      this.current !== t.id ||
      now >= this.horizon ||
      t.operation?.name === 'sleep'
    )
      return false
    this.take(m, t, now)
    return true
  }

  /**
   * A thread has a new request. A sleep is taken when it is over: what the thread does next must see what happened
   * meanwhile.
   */
  private asked(t: Thread): void {
    const name = t.operation?.name
    if (name === 'sleep') this.time[t.id] = (this.time[t.id] as number) + (t.x as number)
    else if (name === 'cpuRelax') this.relaxing++
  }

  private take(m: Machine, t: Thread, now: number): void {
    const { looks, enabled, name } = t.operation as NonNullable<typeof t.operation>
    if (name === 'cpuRelax') this.relaxing--
    this.quiet = (looks && enabled === null) || name === 'sleep' || name === 'rcuReadLock'
    this.event = this.time[t.id] = now + this.costs.charge(m, t, now)
  }

  nextValue(): number {
    return 0
  }

  /**
   * The thread with the least time, the lowest id where several have it, and how long it stays that if it alone
   * takes steps. Threads that were blocked at the last decision and are not any more owe it to the step between.
   */
  private earliest(m: Machine, decision: number): number {
    const { lastEnabled, time } = this
    let best = -1
    let least = Infinity
    let horizon = Infinity
    for (let i = 0; i < m.enabledCount; i++) {
      const agent = m.enabled[i] as number
      if ((lastEnabled[agent] as number) < decision - 1)
        time[agent] = this.costs.resume(m.threads[agent] as Thread, time[agent] as number, this.event)
      lastEnabled[agent] = decision
      const at = time[agent] as number
      if (at < least) {
        horizon = least
        best = agent
        least = at
      } else if (at < horizon) horizon = at
    }
    this.horizon = horizon
    return best
  }
}
