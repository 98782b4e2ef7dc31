import { ProgramError, type Chooser, type Machine, type Violation } from '../machine/index.js'
import { BREAK_OFF, Footprint, Relevance, State, type Learnt } from '../machine/search.js'
import { cost, type Budget } from './budget.js'
import { executionsOf, NOTHING, type Counts } from './counts.js'
import { Estimate } from './estimate.js'
import { bits, Frame } from './frame.js'
import { branches, type Path } from './path.js'
import { StateTable, type States } from './table.js'

/** What a search leaves out: states it has met, orders of commuting steps; the latter alone; or nothing. */
export type Reduction = 'states' | 'commuting' | 'all'

/** What a search has learnt about the program that another search over it can use. */
export interface Knowledge {
  readonly learnt: Learnt
  readonly splitLoads: boolean
  readonly work: readonly number[]
}

/** Sets of agents are the bits of a number. */
const MOST_AGENTS = 31

/**
 * Walks the tree of choices depth first, by running the program again for every path: coroutines cannot be
 * copied. Each run follows its predecessor up to the last choice that is left, takes it, and goes on from there
 * as long as what it meets is new.
 *
 * Two reductions, together or the first one alone:
 * - sleep sets (Godefroid, LNCS 1032, 1996, ch. 5): of executions that differ in the order of commuting steps
 *   alone, one is run;
 * - states that were met before are not entered again, except for what slept at every earlier visit (the same,
 *   ch. 5.3). All reachable states are visited: sleep sets spare transitions only.
 *
 * Under a budget only the second one is used: a step that sleeps because it comes elsewhere may cost more there
 * (Coons, Musuvathi and McKinley, OOPSLA 2013), and a state is another one when another share is spent.
 */
export class Search implements Chooser {
  counts: Counts = { ...NOTHING }
  /** The budget has kept the search from something. */
  cut = false
  private readonly frames: Frame[] = []
  /** What the step of each frame looks at and changes. */
  private readonly footprints: Footprint[] = []
  private depth = 0
  private readonly values: number[] = []
  private readonly widths: number[] = []
  private valueCount = 0
  private cursor = 0
  private readonly relevance: Relevance
  private readonly state: State
  private table: States = new StateTable()
  private readonly estimate = new Estimate()
  private readonly sleeper = new Footprint()
  private readonly remember: boolean
  private end: 'complete' | 'known' | 'blocked' = 'complete'
  /** Something was learnt that states depend on: what is remembered of them is worth nothing. */
  stale = false
  /** There is nothing left to run. */
  finished = false

  constructor(
    private readonly m: Machine,
    /** `states` and `commuting` take it that the system has declared its books. */
    private readonly reduction: Reduction,
    private readonly budget: Budget | null = null,
  ) {
    if (m.threads.length + (m.memory.buffering ? m.capacity : 0) > MOST_AGENTS)
      throw new ProgramError(`more than ${MOST_AGENTS} threads and store buffers cannot be searched`)
    this.relevance = new Relevance(m)
    this.state = new State(m, this.relevance)
    this.remember = m.remembering = reduction === 'states'
  }

  /** Runs one execution. Returns its violations, or null if there is nothing left to run. */
  next(): readonly Violation[] | null {
    if (this.stale) this.restart()
    else if (this.finished) return null
    this.cursor = 0
    this.end = 'complete'
    const { splitLoads } = this.m
    const { violations, steps } = this.m.run(this)
    if (this.remember && this.m.splitLoads !== splitLoads) this.stale = true
    const { counts } = this
    counts.steps += steps
    counts.depth = Math.max(counts.depth, steps)
    counts[this.end]++
    // The last step of an execution may have done anything: it has ended it.
    if (this.end === 'complete' && this.depth > 0) (this.frames[this.depth - 1] as Frame).isLoud = true
    this.finished = !this.advance()
    return violations
  }

  get machine(): Machine {
    return this.m
  }

  get executions(): number {
    return executionsOf(this.counts)
  }

  private restart(): void {
    this.table.clear()
    this.begin(this.table)
    this.finished = false
  }

  // --- its place in a larger search -----------------------------------------------------------------------

  /** Forgets where it is. `take` says where to go on, and `table` which states are known. */
  begin(table: States): void {
    this.table = table
    this.counts = { ...NOTHING }
    this.depth = this.valueCount = 0
    this.cut = this.stale = false
    this.finished = true
  }

  /** What is left to be done. */
  get path(): Path {
    const { transitions } = this.counts
    return {
      frames: this.frames
        .slice(0, this.depth)
        .map((f) => ({ ...f, prices: [...f.prices], since: f.since - transitions })),
      values: this.values.slice(0, this.valueCount),
      widths: this.widths.slice(0, this.valueCount),
    }
  }

  /** Goes on with what another search over the same program has left. */
  take({ frames, values, widths }: Path): void {
    const { transitions } = this.counts
    frames.forEach((f, d) => {
      const frame = (this.frames[d] ??= new Frame())
      Object.assign(frame, f, { prices: [...f.prices], since: f.since + transitions })
    })
    for (const footprint of this.footprints) footprint.agent = -1
    this.depth = frames.length
    this.values.splice(0, Infinity, ...values)
    this.widths.splice(0, Infinity, ...widths)
    this.valueCount = values.length
    this.finished = false
  }

  get knowledge(): Knowledge {
    return { learnt: this.relevance.save(), splitLoads: this.m.splitLoads, work: this.estimate.save() }
  }

  absorb({ learnt, splitLoads, work }: Knowledge): void {
    this.relevance.absorb(learnt)
    this.m.splitLoads ||= splitLoads
    this.estimate.restore(work)
  }

  /** An estimate of the share of the whole search that a path has before it. */
  shareOf(path: Path): number {
    return this.estimate.left(branches(path))
  }

  // --- one execution --------------------------------------------------------------------------------------

  nextAgent(m: Machine): number {
    const d = m.step
    const frame = (this.frames[d] ??= new Frame())
    const footprint = (this.footprints[d] ??= new Footprint())
    if (d >= this.depth) {
      this.enter(frame, d)
      if (frame.todo === 0) return BREAK_OFF
      this.depth = d + 1
    }
    if (frame.agent < 0) this.pick(frame, footprint)
    else if (footprint.agent !== frame.agent) this.takeUp(frame, footprint)
    m.lookedOutside = false
    return frame.agent
  }

  /** A frame of another search, or of the process that saved it. */
  private takeUp(frame: Frame, footprint: Footprint): void {
    const { m } = this
    if (!m.enabled.subarray(0, m.enabledCount).includes(frame.agent))
      throw new ProgramError(
        'it does not do what it did when the search came here first; start again, without a checkpoint',
      )
    footprint.of(m, frame.agent)
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
    const parent = d === 0 ? null : (this.frames[d - 1] as Frame)
    if (this.remember) this.state.take()
    else if (this.reduction === 'commuting') this.state.readBooks()
    frame.bookLow = this.state.bookLow
    frame.bookHigh = this.state.bookHigh
    frame.values = this.valueCount
    frame.fixed = false
    frame.agent = -1
    frame.loud = 0
    frame.isLoud = false
    frame.asleep =
      parent === null || this.reduction === 'all' || this.budget ? 0 : this.inherit(parent, frame)
    const possible = this.affordable(parent, frame)
    frame.todo = possible & ~frame.asleep
    if (frame.todo === 0) this.end = 'blocked'
    if (this.remember) this.recall(frame, possible)
    frame.width = bits(frame.todo)
    frame.rank = 0
  }

  /** The agents that are enabled, and that the budget allows to go on. */
  private affordable(parent: Frame | null, frame: Frame): number {
    const { m, budget } = this
    let possible = 0
    for (let i = 0; i < m.enabledCount; i++) possible |= 1 << (m.enabled[i] as number)
    if (!budget) return possible
    frame.last = parent === null ? -1 : parent.agent < m.capacity ? parent.agent : parent.last
    frame.spent = parent === null ? 0 : parent.spent + this.priceOf(parent)
    for (let i = 0; i < m.enabledCount; i++) {
      const agent = m.enabled[i] as number
      const price = cost(budget.kind, m, agent, frame.last)
      frame.prices[agent] = price
      if (frame.spent + price <= budget.limit) continue
      possible &= ~(1 << agent)
      this.cut = true
    }
    return possible
  }

  private priceOf(frame: Frame): number {
    return frame.prices[frame.agent] as number
  }

  /** Who still sleeps after the parent's step: those who commute with it. */
  private inherit(parent: Frame, frame: Frame): number {
    const { m } = this
    const booked = parent.bookLow !== frame.bookLow || parent.bookHigh !== frame.bookHigh
    if (booked || m.lookedOutside || this.beganToSpin(parent.agent)) parent.isLoud = true
    if (parent.isLoud) return 0
    const step = this.footprints[m.step - 1] as Footprint
    let asleep = 0
    for (let rest = parent.asleep & ~parent.loud; rest !== 0; rest &= rest - 1) {
      const agent = lowest(rest)
      if (agent % m.capacity === parent.agent % m.capacity) continue
      this.sleeper.of(m, agent)
      if (!this.sleeper.dependsOn(step)) asleep |= 1 << agent
    }
    return asleep
  }

  /** Whether the thread waits, from here on, for anyone to make progress. */
  private beganToSpin(agent: number): boolean {
    return this.m.threads[agent % this.m.capacity]?.operation?.name === 'cpuRelax'
  }

  /** What is left to be tried in this state, if it was met before. */
  private recall(frame: Frame, possible: number): void {
    let { low, high } = this.state.digest
    if (this.budget) {
      low = Math.imul(low ^ (frame.last + 1), 0x9e3779b1)
      high = Math.imul(high ^ (frame.spent + 1), 0x85ebca77) ^ (frame.last + 1)
    }
    const slot = this.table.find(low, high)
    if (slot < 0) {
      this.counts.states++
      this.table.insert(slot, low, high, frame.asleep)
      return
    }
    const slept = this.table.get(slot)
    frame.todo = slept & possible & ~frame.asleep
    this.table.set(slot, slept & frame.asleep)
    if (frame.todo === 0) this.end = 'known'
  }

  /** Turns to one of the agents that are to be tried: who ran goes on, if possible. */
  private pick(frame: Frame, footprint: Footprint): void {
    const { m } = this
    frame.since = this.counts.transitions++
    const last = m.step > 0 ? (m.agents[m.step - 1] as number) : MOST_AGENTS
    frame.agent = last < MOST_AGENTS && (frame.todo & (1 << last)) !== 0 ? last : lowest(frame.todo)
    footprint.of(m, frame.agent)
    // Later, it may commute with more; asleep, it would not be tried then.
    frame.isLoud = footprint.everything
    if (this.relevance.learn(frame.agent % m.capacity, footprint)) this.stale = this.remember
  }

  // --- the next one ---------------------------------------------------------------------------------------

  /** Turns to the next path; false when there is none. */
  private advance(): boolean {
    for (; this.depth > 0; this.depth--) {
      const frame = this.frames[this.depth - 1] as Frame
      if (this.nextValues(frame)) return true
      if (frame.width > 1) this.estimate.learn(frame.rank, this.counts.transitions - frame.since)
      const bit = 1 << frame.agent
      frame.todo &= ~bit
      frame.asleep |= bit
      if (frame.isLoud) frame.loud |= bit
      frame.isLoud = false
      frame.agent = -1
      frame.rank++
      if (frame.todo !== 0) return true
    }
    return false
  }

  /** Other values for the step that was tried last, if there are any. */
  private nextValues(frame: Frame): boolean {
    for (; this.valueCount > frame.values; this.valueCount--) {
      const i = this.valueCount - 1
      const next = (this.values[i] as number) + 1
      if (frame.fixed || next === this.widths[i]) continue
      this.values[i] = next
      return true
    }
    return false
  }
}

const lowest = (mask: number): number => 31 - Math.clz32(mask & -mask)
