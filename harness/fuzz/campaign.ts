import type { Driver } from '../drivers/driver.js'
import { PosDriver } from '../drivers/pos.js'
import { SAMPLERS } from '../drivers/samplers.js'
import { ChoicesDriver, type Choices } from '../drivers/replay.js'
import { derive, Rng } from '../drivers/rng.js'
import type { Machine, Violation } from '../machine/index.js'
import { Coverage } from './coverage.js'
import { Grammar } from './grammar.js'
import { machineFor, type Subject } from './program.js'

/** A violation as the campaign first saw it, with all that repeats it. */
export interface Finding {
  readonly violation: Violation
  /** Counted from 1. */
  readonly execution: number
  readonly scenario: unknown
  readonly choices: Choices
}

export interface CampaignResult {
  readonly executions: number
  readonly steps: number
  readonly findings: readonly Finding[]
  readonly coverage: number
  readonly corpus: number
  /** Coverage over executions, a point whenever it has grown by an eighth. */
  readonly series: readonly { readonly executions: number; readonly points: number }[]
}

/** An input that reached something new: a scenario, and the choices that did. */
interface Input {
  readonly scenario: unknown
  readonly choices: Choices
}

/** Where the campaign stands, for a live display. */
export interface Progress {
  readonly executions: number
  readonly coverage: number
  readonly corpus: number
  readonly findings: number
}

/**
 * Schedules tried on one scenario: few at first, so that many scenarios are seen; more when building the
 * machine, which costs as much as some ten executions, would take most of the time; most on a scenario that
 * shows something new.
 */
const BATCH = { warmUp: 4, usual: 24, fruitful: 96 }
const WARM_UP = 1000

/** A scenario to try, and the driver that takes every other execution of it, if there is one. */
export interface Proposal {
  readonly scenario: unknown
  readonly lead: Driver | null
}

/** Where scenarios come from. `structural` is the grammar's own; jsfuzz brings another. */
export interface ScenarioSource {
  next(rng: Rng, corpus: readonly Input[]): Proposal
  /** Executions of each proposal, if that is not for the campaign to say. */
  readonly batch?: number
  /** The input reached something new. */
  keep?(input: Input): void
}

/** A new scenario, or one that was interesting before with a part of it changed, or with another schedule. */
export class StructuralSource implements ScenarioSource {
  private readonly grammar: Grammar
  /** The system's own scenarios: every fourth batch is one of them, in turn. */
  private readonly seeds: readonly unknown[]
  private turn = 0

  constructor(private readonly subject: Subject) {
    this.grammar = new Grammar(subject.system.scenario)
    this.seeds = Object.values(subject.system.scenarios)
      .filter((s) => !s.apart)
      .map((s) => s.scenario)
  }

  next(rng: Rng, corpus: readonly Input[]): Proposal {
    if (this.seeds.length > 0 && rng.oneIn(4))
      return { scenario: this.seeds[this.turn++ % this.seeds.length], lead: null }
    if (corpus.length === 0 || rng.oneIn(4))
      return { scenario: this.tidy(this.grammar.generate(rng)), lead: null }
    // The later half of the corpus is where the new things are.
    const from = rng.oneIn(2) ? corpus.length >> 1 : 0
    const input = corpus[from + rng.below(corpus.length - from)] as Input
    if (rng.oneIn(3)) return { scenario: input.scenario, lead: new PrefixDriver(input.choices) }
    return { scenario: this.tidy(this.grammar.mutate(rng, input.scenario)), lead: null }
  }

  private tidy(scenario: unknown): unknown {
    return this.subject.system.tidy?.(scenario) ?? scenario
  }
}

/** Follows an interesting execution up to a random step, and goes on by sampling: a new end to a good start. */
class PrefixDriver implements Driver {
  readonly name = 'prefix'
  private start = new ChoicesDriver({ agents: [], steps: 0, values: [], valueCount: 0 })
  private readonly tail = new PosDriver()
  private cut = 0

  constructor(private readonly choices: Choices) {}

  begin(seed: number, m: Machine): void {
    this.cut = (seed >>> 0) % (this.choices.steps + 1)
    this.start = new ChoicesDriver(this.choices)
    this.start.begin()
    this.tail.begin(seed, m)
  }

  nextAgent(m: Machine): number {
    return m.step < this.cut ? this.start.nextAgent(m) : this.tail.nextAgent(m)
  }

  nextValue(n: number, m: Machine): number {
    return m.step < this.cut ? this.start.nextValue(n) : this.tail.nextValue(n)
  }
}

/**
 * Coverage-guided fuzzing of one subject: a pure function of the subject, the seed and the number of
 * executions. A violation does not end it; further executions look for other signatures.
 */
export class Campaign {
  private readonly coverage = new Coverage()
  private readonly corpus: Input[] = []
  private readonly found = new Map<string, Finding>()
  private readonly series: { executions: number; points: number }[] = []
  private readonly samplers: readonly Driver[]
  private executions = 0
  private steps = 0

  constructor(
    private readonly subject: Subject,
    private readonly seed: number,
    private readonly source: ScenarioSource = new StructuralSource(subject),
    /** One of `SAMPLERS`. */
    driver = 'mixed',
  ) {
    this.samplers = (SAMPLERS[driver] as () => readonly Driver[])()
  }

  /** Runs at least `executions` more (whole batches). */
  run(executions: number): void {
    const until = this.executions + executions
    while (this.executions < until) this.batch()
  }

  private batch(): void {
    const rng = new Rng(derive(this.seed, this.executions))
    const { scenario, lead } = this.source.next(rng, this.corpus)
    const machine = machineFor(this.subject, scenario)
    machine.coverage = this.coverage
    const points = this.coverage.points
    const size = (): number => {
      if (this.source.batch !== undefined) return this.source.batch
      if (this.executions < WARM_UP) return BATCH.warmUp
      return this.coverage.points > points ? BATCH.fruitful : BATCH.usual
    }
    for (let i = 0; i < size(); i++) {
      const driver = lead !== null && i % 2 === 0 ? lead : rng.pick(this.samplers)
      this.execute(machine, driver, rng.bits(), scenario)
    }
  }

  private execute(machine: Machine, driver: Driver, seed: number, scenario: unknown): void {
    const before = this.coverage.points
    driver.begin(seed, machine)
    const { steps, violations } = machine.run(driver)
    this.executions++
    this.steps += steps
    for (const violation of violations) {
      if (this.found.has(violation.signature)) continue
      this.found.set(violation.signature, {
        violation,
        execution: this.executions,
        scenario,
        choices: choicesMade(machine),
      })
    }
    if (this.coverage.points === before) return
    const input = { scenario, choices: choicesMade(machine) }
    this.corpus.push(input)
    this.source.keep?.(input)
    const last = this.series.at(-1)
    if (!last || this.coverage.points > last.points * 1.125)
      this.series.push({ executions: this.executions, points: this.coverage.points })
  }

  get progress(): Progress {
    return {
      executions: this.executions,
      coverage: this.coverage.points,
      corpus: this.corpus.length,
      findings: this.found.size,
    }
  }

  get result(): CampaignResult {
    const { executions, steps } = this
    const points = this.coverage.points
    return {
      executions,
      steps,
      findings: [...this.found.values()],
      coverage: points,
      corpus: this.corpus.length,
      series: [...this.series.filter((p) => p.executions < executions), { executions, points }],
    }
  }
}

/** The choices of the execution that a machine has just run. */
export function choicesMade(m: Machine): Choices {
  return {
    agents: m.agents.slice(0, m.step),
    steps: m.step,
    values: m.values.slice(0, m.valueCount),
    valueCount: m.valueCount,
  }
}
