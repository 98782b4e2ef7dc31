import type { Chooser, Machine, Violation } from '../machine/index.js'
import { BREAK_OFF, Footprint, Relevance, State } from '../machine/search.js'
import { StateTable } from './table.js'

/** One step of the execution that is being tried, and what else is to be tried instead of it. */
class Frame {
  agent = -1
  /** Agents still to be tried here; `agent` is one of them. */
  todo = 0
  /** How many there were to try. */
  width = 0
  /** Agents that need not be tried: every execution that starts with one of them has an equivalent elsewhere. */
  asleep = 0
  /** Those of the sleeping ones that commute with nothing. */
  loud = 0
  /** Whether the step that is being tried turned out to commute with nothing. */
  isLoud = false
  /** Where the values that this step chose begin. */
  values = 0
  low = 0
  high = 0
  bookLow = 0
  bookHigh = 0
  readonly footprint = new Footprint()
}

/** What a search has done so far. */
export interface Counts {
  /** Executions that ran to their end. */
  complete: number
  /** Executions that were broken off because all that could follow was known: a state met again. */
  known: number
  /** Executions that were broken off because each of their steps was asleep. */
  blocked: number
  states: number
  transitions: number
  steps: number
  depth: number
}

const NONE: Counts = { complete: 0, known: 0, blocked: 0, states: 0, transitions: 0, steps: 0, depth: 0 }

/**
 * Walks the tree of choices depth first, by running the program again for every path: coroutines cannot be
 * copied. Each run follows its predecessor up to the last choice that is left, takes it, and goes on from there
 * as long as what it meets is new.
 *
 * Two reductions, together or the first one alone:
 * - sleep sets (Godefroid, LNCS 1032, 1996, ch. 5): of executions that differ in the order of commuting steps
 *   alone, one is run;
 * - states that were met before are not entered again (stateful search; the combination with sleep sets as in
 *   Godefroid's ch. 5.3: a state is entered again for what slept at every earlier visit).
 */
export class Search implements Chooser {
  counts: Counts = { ...NONE }
  private readonly frames: Frame[] = []
  private depth = 0
  private readonly values: number[] = []
  private readonly widths: number[] = []
  private valueCount = 0
  private cursor = 0
  private readonly relevance: Relevance
  private readonly state: State
  private readonly table = new StateTable()
  private readonly sleeper = new Footprint()
  private end: 'complete' | 'known' | 'blocked' = 'complete'
  private stale = false

  constructor(
    private readonly m: Machine,
    /** Whether states are remembered; the system must have declared its books for it. */
    private readonly remember: boolean,
  ) {
    this.relevance = new Relevance(m)
    this.state = new State(m, this.relevance)
    m.remembering = remember
  }

  /** Runs one execution. Returns its violations, or null if there is nothing left to run. */
  next(): readonly Violation[] | null {
    if (this.counts.steps > 0 && !this.advance()) return null
    this.cursor = 0
    this.end = 'complete'
    this.stale = false
    const split = this.m.splitLoads
    const { violations, steps } = this.m.run(this)
    if (this.remember && (this.stale || this.m.splitLoads !== split)) {
      this.restart()
      return violations
    }
    this.counts.steps += steps
    this.counts[this.end]++
    this.leave(steps)
    return violations
  }

  /** The share of the tree that has been walked (Knuth, Mathematics of Computation 29, 1975). */
  get share(): number {
    let [share, weight] = [0, 1]
    for (let d = 0; d < this.depth; d++) {
      const f = this.frames[d] as Frame
      const left = bits(f.todo)
      share += (weight * (f.width - left)) / f.width
      weight /= f.width
    }
    return share
  }

  private restart(): void {
    this.counts = { ...NONE }
    this.depth = this.valueCount = 0
    this.table.clear()
  }

  nextAgent(m: Machine): number {
    const d = m.step
    const frame = (this.frames[d] ??= new Frame())
    if (d >= this.depth) {
      this.enter(frame, d)
      if (frame.todo === 0) return BREAK_OFF
      this.depth = d + 1
    }
    if (frame.agent < 0) this.pick(frame, d)
    m.lookedOutside = false
    return frame.agent
  }

  nextValue(n: number): number {
    const i = this.cursor++
    if (i === this.valueCount) {
      this.values[i] = 0
      this.widths[i] = n
      this.valueCount++
    }
    return this.values[i] as number
  }

  /** A state at the end of the known path: finds out what is to be tried there. */
  private enter(frame: Frame, d: number): void {
    const { m } = this
    let enabled = 0
    for (let i = 0; i < m.enabledCount; i++) enabled |= 1 << (m.enabled[i] as number)
    if (this.remember) this.state.take()
    frame.bookLow = this.state.bookLow
    frame.bookHigh = this.state.bookHigh
    frame.values = this.valueCount
    frame.loud = 0
    frame.agent = -1
    frame.isLoud = false
    frame.asleep = d === 0 ? 0 : this.inherit(this.frames[d - 1] as Frame, frame)
    frame.todo = enabled & ~frame.asleep
    if (this.remember) this.recall(frame, enabled)
    else if (frame.todo === 0) this.end = 'blocked'
    frame.width = bits(frame.todo)
  }

  /** Who still sleeps after the parent's step: those who commute with it. */
  private inherit(parent: Frame, frame: Frame): number {
    const { m } = this
    if (
      m.lookedOutside ||
      parent.bookLow !== frame.bookLow ||
      parent.bookHigh !== frame.bookHigh ||
      this.beganToSpin(parent.agent)
    )
      parent.isLoud = true
    m.lookedOutside = false
    if (parent.isLoud) return 0
    let asleep = 0
    for (let rest = parent.asleep & ~parent.loud; rest !== 0; rest &= rest - 1) {
      const agent = 31 - Math.clz32(rest & -rest)
      if (agent % m.capacity === parent.agent % m.capacity) continue
      this.sleeper.of(m, agent)
      if (!this.sleeper.dependsOn(parent.footprint)) asleep |= 1 << agent
    }
    return asleep
  }

  /** Whether the thread now waits for anyone to make progress, from here on. */
  private beganToSpin(agent: number): boolean {
    return this.m.threads[agent % this.m.capacity]?.operation?.name === 'cpuRelax'
  }

  private recall(frame: Frame, enabled: number): void {
    const { low, high } = this.state.digest
    frame.low = low
    frame.high = high
    const slot = this.table.find(low, high)
    if (slot < 0) {
      this.counts.states++
      this.table.insert(slot, low, high, frame.asleep)
      if (frame.todo === 0) this.end = 'blocked'
      return
    }
    const slept = this.table.get(slot)
    frame.todo = slept & enabled & ~frame.asleep
    this.table.set(slot, slept & frame.asleep)
    if (frame.todo === 0) this.end = 'known'
  }

  /** Turns to one of the agents that are to be tried. */
  private pick(frame: Frame, d: number): void {
    this.counts.transitions++
    const last = d > 0 ? (this.frames[d - 1] as Frame).agent : -1
    frame.agent =
      last >= 0 && (frame.todo & (1 << last)) !== 0 ? last : 31 - Math.clz32(frame.todo & -frame.todo)
    frame.footprint.of(this.m, frame.agent)
    if (this.relevance.learn(frame.agent % this.m.capacity, frame.footprint)) this.stale = true
  }

  /** The execution is over: its last step may have changed anything. */
  private leave(steps: number): void {
    this.counts.depth = Math.max(this.counts.depth, steps)
    if (this.end === 'complete' && this.depth > 0) (this.frames[this.depth - 1] as Frame).isLoud = true
  }

  /** Turns to the next path; false when there is none. */
  private advance(): boolean {
    while (this.depth > 0) {
      const frame = this.frames[this.depth - 1] as Frame
      while (this.valueCount > frame.values) {
        const i = this.valueCount - 1
        const next = (this.values[i] as number) + 1
        if (next < (this.widths[i] as number)) {
          this.values[i] = next
          return true
        }
        this.valueCount--
      }
      const bit = 1 << frame.agent
      frame.todo &= ~bit
      frame.asleep |= bit
      if (frame.isLoud) frame.loud |= bit
      frame.isLoud = false
      frame.agent = -1
      if (frame.todo !== 0) return true
      this.depth--
    }
    return false
  }
}

function bits(mask: number): number {
  let n = 0
  for (; mask !== 0; mask &= mask - 1) n++
  return n
}
