import type { Machine, Thread } from '../machine/index.js'
import type { Driver } from './driver.js'
import {
  agentName,
  agentNamed,
  EventCounter,
  type Anchor,
  type Pick,
  type Schedule,
  type Turn,
} from './schedule.js'

/** The raw choices of an execution: agents by step, values in order. */
export interface Choices {
  readonly agents: ArrayLike<number>
  readonly steps: number
  readonly values: ArrayLike<number>
  readonly valueCount: number
}

/** Runs what is left when a schedule has ended: who runs goes on, then the lowest enabled one. */
export function goOn(m: Machine, last: number): number {
  for (let i = 0; i < m.enabledCount; i++) if (m.enabled[i] === last) return last
  return m.enabled[0] as number
}

export const isEnabled = (m: Machine, agent: number): boolean => {
  for (let i = 0; i < m.enabledCount; i++) if (m.enabled[i] === agent) return true
  return false
}

/** Repeats raw choices step by step; past their end, or where they cannot be followed, it goes on as it is. */
export class ChoicesDriver implements Driver {
  readonly name = 'replay'
  private value = 0
  private last = -1

  constructor(protected readonly choices: Choices) {}

  begin(): void {
    this.value = 0
    this.last = -1
  }

  nextAgent(m: Machine): number {
    const { agents, steps } = this.choices
    const wanted = m.step < steps ? (agents[m.step] as number) : this.last
    this.last = isEnabled(m, wanted) ? wanted : goOn(m, this.last)
    return this.last
  }

  nextValue(n: number): number {
    const { values, valueCount } = this.choices
    const v = this.value < valueCount ? (values[this.value] as number) : 0
    this.value++
    return v < n ? v : 0
  }
}

/**
 * Follows a schedule by what the threads are about to do, not by step counts: a thread runs until it reaches
 * the anchor of its turn, whatever the code does in between. So a crash found on one candidate can be tried
 * on another, or on tomorrow's version of the same. Where the schedule cannot be followed, the next turn
 * begins.
 */
export class LenientReplay implements Driver {
  readonly name: string = 'lenient replay'
  private turn = 0
  /** Steps taken in it. */
  private taken = 0
  private last = -1
  private counter = new EventCounter()

  constructor(private readonly schedule: Schedule) {}

  begin(): void {
    this.turn = this.taken = 0
    this.last = -1
    this.counter = new EventCounter()
  }

  nextAgent(m: Machine): number {
    const { turns } = this.schedule
    for (; this.turn < turns.length; this.turn++, this.taken = 0) {
      const turn = turns[this.turn] as Turn
      const agent = agentNamed(m, turn.agent)
      if (agent < 0 || !isEnabled(m, agent) || this.arrived(m, turn, agent)) continue
      this.taken++
      return this.take(m, agent)
    }
    return this.take(m, goOn(m, this.last))
  }

  private arrived(m: Machine, turn: Turn, agent: number): boolean {
    if (agent >= m.capacity) return this.taken === turn.steps
    const { until } = turn
    if (!until) return false
    const now = this.counter.next(m.threads[agent] as Thread)
    return now.operation === until.operation && now.nth >= until.nth
  }

  protected take(m: Machine, agent: number): number {
    this.last = agent
    if (agent < m.capacity) this.counter.taken(m.threads[agent] as Thread)
    return agent
  }

  nextValue(n: number, m: Machine): number {
    const t = m.threads[this.last] as Thread
    const now = this.counter.next(t)
    const name = agentName(m, this.last)
    // The pending operation is counted as taken by now.
    const pick = this.schedule.picks.find(
      (p: Pick) => p.agent === name && p.at.operation === now.operation && p.at.nth === now.nth - 1,
    )
    return pick ? Math.min(pick.value, n - 1) : 0
  }
}

/** Writes down, as a schedule, the execution that another driver decides. */
export class ScheduleWriter implements Driver {
  readonly name: string
  private turns: { agent: string; steps: number; until?: Anchor }[] = []
  private picks: Pick[] = []
  private last = -1
  private choice = 0
  private counter = new EventCounter()

  constructor(private readonly driver: Driver) {
    this.name = driver.name
  }

  begin(seed: number, m: Machine): void {
    this.driver.begin(seed, m)
    this.turns = []
    this.picks = []
    this.last = -1
    this.choice = 0
    this.counter = new EventCounter()
  }

  nextAgent(m: Machine): number {
    const agent = this.driver.nextAgent(m)
    const turn = this.turns.at(-1)
    if (agent === this.last && turn) turn.steps++
    else {
      const before = this.last < 0 || this.last >= m.capacity ? null : (m.threads[this.last] as Thread)
      if (turn && before?.operation && isEnabled(m, this.last)) turn.until = this.counter.next(before)
      this.turns.push({ agent: agentName(m, agent), steps: 1 })
      this.last = agent
    }
    if (agent < m.capacity) this.counter.taken(m.threads[agent] as Thread)
    return agent
  }

  nextValue(n: number, m: Machine): number {
    const value = this.driver.nextValue(n, m)
    if (value > 0) {
      const { operation, nth } = this.counter.next(m.threads[this.last] as Thread)
      this.picks.push({
        agent: agentName(m, this.last),
        at: { operation, nth: nth - 1 },
        choice: this.choice,
        value,
      })
    }
    this.choice++
    return value
  }

  get schedule(): Schedule {
    return { turns: this.turns, picks: this.picks }
  }
}

/** The raw choices of a schedule on the machine it was written on. */
export function choicesOf(m: Machine, schedule: Schedule): Choices {
  const agents: number[] = []
  for (const turn of schedule.turns) {
    const agent = agentNamed(m, turn.agent)
    for (let i = 0; i < turn.steps; i++) agents.push(agent)
  }
  const values: number[] = []
  for (const pick of schedule.picks) values[pick.choice] = pick.value
  for (let i = 0; i < values.length; i++) values[i] ??= 0
  return { agents, steps: agents.length, values, valueCount: values.length }
}
