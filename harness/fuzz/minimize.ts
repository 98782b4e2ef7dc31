import type { Driver } from '../drivers/driver.js'
import { PctDriver } from '../drivers/pct.js'
import { PosDriver } from '../drivers/pos.js'
import { Postpone } from '../drivers/postpone.js'
import { ChoicesDriver, choicesOf, LenientReplay, ScheduleWriter, type Choices } from '../drivers/replay.js'
import { derive } from '../drivers/rng.js'
import { agentNamed, type Schedule, type Turn } from '../drivers/schedule.js'
import type { Machine, Violation } from '../machine/index.js'
import { Grammar } from './grammar.js'
import { machineFor, type Subject } from './program.js'

/** A violation with the shortest scenario and schedule that were found for it. */
export interface Minimized {
  readonly violation: Violation
  readonly scenario: unknown
  readonly schedule: Schedule
}

/** Executions spent on finding the violation again after an event was taken away. */
const ATTEMPTS = 500

/**
 * Makes a finding small: first the events of the scenario, then the context switches, then the values that
 * were not the newest. A candidate counts only if it fails with the same signature (no slippage). A
 * happens-before violation is turned into one that happens in this very order, if that can be found: by sampling
 * before all else, or at the end by holding the use back until the free.
 *
 * Deterministic; bounded by a number of executions, not by time.
 */
export class Minimizer {
  private readonly grammar: Grammar
  private readonly samplers: readonly Driver[] = [new PosDriver(), new PctDriver(3), new PctDriver(5)]
  private concrete = false

  constructor(
    private readonly subject: Subject,
    private readonly signature: string,
  ) {
    this.grammar = new Grammar(subject.system.scenario)
  }

  minimize(scenario: unknown, choices: Choices): Minimized {
    let best = this.tryWith(scenario, [new ChoicesDriver(choices)])
    if (!best) throw new Error(`the recorded choices do not lead to ${this.signature}`)
    if (!best.violation.concrete) {
      this.concrete = true
      const concrete = this.find(scenario, best.schedule, 4 * ATTEMPTS)
      if (concrete) best = concrete
      else this.concrete = false
    }
    best = this.fewerEvents(best)
    best = this.shortest(best)
    best = this.newestValues(this.fewerSwitches(best))
    const postponed = best.violation.concrete ? null : this.postpone(best)
    return postponed ? this.newestValues(this.fewerSwitches(postponed)) : best
  }

  /** Lets the use that nothing orders before the free come after it. */
  private postpone({ violation, scenario, schedule }: Minimized): Minimized | null {
    const [use, free] = violation.sites
    if (!use || !free) return null
    this.concrete = true
    const machine = machineFor(this.subject, scenario)
    const { agents } = choicesOf(machine, schedule)
    const held = agentNamed(machine, use.thread)
    const driver = new Postpone(agents, schedule, held, use.step, free.step)
    return this.run(machine, new ScheduleWriter(driver), scenario, 0)
  }

  /** How many events a scenario has. */
  events(scenario: unknown): number {
    return this.grammar.size(scenario)
  }

  private fewerEvents(best: Minimized): Minimized {
    for (;;) {
      let smaller: Minimized | null = null
      for (const scenario of this.grammar.shrink(best.scenario)) {
        const valid = this.subject.system.scenario.safeParse(scenario)
        if (!valid.success) continue
        smaller = this.find(valid.data, best.schedule, ATTEMPTS)
        if (smaller) break
      }
      if (!smaller) return best
      best = smaller
    }
  }

  /** Looks for the violation in a scenario: along the known schedule, then by sampling. */
  private find(scenario: unknown, schedule: Schedule, attempts: number): Minimized | null {
    return (
      this.tryWith(scenario, [new LenientReplay(schedule)]) ?? this.tryWith(scenario, this.samplers, attempts)
    )
  }

  /** Samples the final scenario for an interleaving with fewer switches to start from. */
  private shortest(best: Minimized): Minimized {
    const machine = machineFor(this.subject, best.scenario)
    for (let i = 0; i < ATTEMPTS; i++) {
      const found = this.run(
        machine,
        new ScheduleWriter(this.samplers[i % this.samplers.length] as Driver),
        best.scenario,
        i,
      )
      if (found && cost(found.schedule) < cost(best.schedule)) best = found
    }
    return best
  }

  /** Takes context switches away, or moves steps across them, as long as the violation stays. */
  private fewerSwitches(best: Minimized): Minimized {
    const machine = machineFor(this.subject, best.scenario)
    for (;;) {
      let better: Minimized | null = null
      for (const turns of simplerTurns(best.schedule.turns)) {
        const found = this.follow(machine, best.scenario, { turns, picks: best.schedule.picks })
        if (found && cost(found.schedule) < cost(best.schedule)) {
          better = found
          break
        }
      }
      if (!better) return best
      best = better
    }
  }

  private newestValues(best: Minimized): Minimized {
    const machine = machineFor(this.subject, best.scenario)
    for (let i = best.schedule.picks.length - 1; i >= 0; i--) {
      const picks = best.schedule.picks.toSpliced(i, 1)
      const found = this.follow(machine, best.scenario, { turns: best.schedule.turns, picks })
      if (found && cost(found.schedule) <= cost(best.schedule)) best = found
    }
    return best
  }

  private follow(machine: Machine, scenario: unknown, schedule: Schedule): Minimized | null {
    return (
      this.run(machine, new ScheduleWriter(new ChoicesDriver(choicesOf(machine, schedule))), scenario, 0) ??
      this.run(machine, new ScheduleWriter(new LenientReplay(schedule)), scenario, 0)
    )
  }

  private tryWith(scenario: unknown, drivers: readonly Driver[], attempts = 1): Minimized | null {
    const machine = machineFor(this.subject, scenario)
    for (let i = 0; i < attempts; i++) {
      const writer = new ScheduleWriter(drivers[i % drivers.length] as Driver)
      const found = this.run(machine, writer, scenario, derive(attempts, i))
      if (found) return found
    }
    return null
  }

  private run(machine: Machine, writer: ScheduleWriter, scenario: unknown, seed: number): Minimized | null {
    writer.begin(seed, machine)
    const { violations } = machine.run(writer)
    const violation = violations.find((v) => v.signature === this.signature)
    if (!violation || (this.concrete && !violation.concrete)) return null
    return { violation, scenario, schedule: writer.schedule }
  }
}

/** What is short: few switches, then few values that are not the newest, then few steps. */
function cost({ turns, picks }: Schedule): number {
  const steps = turns.reduce((n, t) => n + t.steps, 0)
  return turns.length * 1e6 + picks.length * 1e4 + steps
}

/** Schedules with a turn less: left out, or joined with the next turn of the same agent, before or after. */
function* simplerTurns(turns: readonly Turn[]): Generator<Turn[]> {
  for (let i = 0; i < turns.length; i++) {
    const turn = turns[i] as Turn
    for (let j = i + 1; j < turns.length; j++) {
      const other = turns[j] as Turn
      if (other.agent !== turn.agent) continue
      const joined: Turn = {
        agent: turn.agent,
        steps: turn.steps + other.steps,
        ...(other.until && { until: other.until }),
      }
      yield turns.toSpliced(j, 1).with(i, joined)
      yield turns.with(j, joined).toSpliced(i, 1)
      break
    }
    yield turns.toSpliced(i, 1)
  }
  for (let i = 0; i + 1 < turns.length; i++)
    yield turns.with(i, turns[i + 1] as Turn).with(i + 1, turns[i] as Turn)
}
