import type { Driver } from '../drivers/driver.js'
import type { Choices } from '../drivers/replay.js'
import { derive, Rng } from '../drivers/rng.js'
import { SAMPLERS } from '../drivers/samplers.js'
import type { Machine, Violation } from '../machine/index.js'
import { Coverage } from './coverage.js'
import { Growth, type GrowthPoint } from './growth.js'
import type { Input } from './input.js'
import { machineFor, type Subject } from './program.js'
import { StructuralSource, type ScenarioSource } from './sources.js'

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
  /** The inputs that this campaign has kept itself. */
  readonly inputs: readonly Input[]
  readonly series: readonly GrowthPoint[]
}

/** Where the campaign stands. */
export interface Progress {
  readonly executions: number
  readonly coverage: number
  readonly corpus: number
  readonly findings: number
}

/** What a campaign starts from: how many executions others made before, and the inputs that were kept. */
export interface Start {
  readonly executions: number
  readonly inputs: readonly Input[]
}

/**
 * Schedules tried on one scenario: few at first, so that many scenarios are seen; more when building the
 * machine, which costs as much as some ten executions, would take most of the time; most on a scenario that
 * shows something new.
 */
const BATCH = { warmUp: 4, usual: 24, fruitful: 96 }
const WARM_UP = 1000

/**
 * Coverage-guided fuzzing of one subject in one thread: a pure function of the subject, the seed, the number
 * of executions and what it starts from. A violation does not end it; further executions look for other
 * signatures.
 */
export class Campaign {
  private readonly coverage = new Coverage()
  private readonly corpus: Input[]
  private readonly found = new Map<string, Finding>()
  private readonly growth = new Growth()
  private readonly samplers: readonly Driver[]
  /** Counted over all that came before. */
  private executions: number
  private steps = 0

  constructor(
    private readonly subject: Subject,
    private readonly seed: number,
    private readonly source: ScenarioSource = new StructuralSource(subject),
    /** One of `SAMPLERS`. */
    driver = 'mixed',
    private readonly start: Start = { executions: 0, inputs: [] },
  ) {
    this.samplers = (SAMPLERS[driver] as () => readonly Driver[])()
    this.executions = start.executions
    this.corpus = [...start.inputs]
    for (const input of start.inputs) {
      for (const point of input.points) this.coverage.reach(point)
      source.keep?.(input)
    }
  }

  /** Runs exactly `executions` more; the last batch may be cut short by that. */
  run(executions: number): void {
    const until = this.executions + executions
    while (this.executions < until) this.batch(until)
  }

  private batch(until: number): void {
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
    for (let i = 0; i < size() && this.executions < until; i++) {
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
    const input: Input = {
      scenario,
      choices: choicesMade(machine),
      points: this.coverage.reached.slice(before),
      execution: this.executions,
      ...(this.source.bytes !== undefined && { bytes: this.source.bytes }),
    }
    this.corpus.push(input)
    this.source.keep?.(input)
    this.growth.add(this.executions, this.coverage.points)
  }

  get progress(): Progress {
    return {
      executions: this.executions - this.start.executions,
      coverage: this.coverage.points,
      corpus: this.corpus.length,
      findings: this.found.size,
    }
  }

  get result(): CampaignResult {
    const { executions, coverage, corpus } = this.progress
    return {
      executions,
      coverage,
      corpus,
      steps: this.steps,
      findings: [...this.found.values()],
      inputs: this.corpus.slice(this.start.inputs.length),
      series: this.growth.until(this.executions, coverage),
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
