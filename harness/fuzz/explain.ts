import type { Driver } from '../drivers/driver.js'
import { ChoicesDriver, choicesOf, LenientReplay, ScheduleWriter } from '../drivers/replay.js'
import type { Schedule } from '../drivers/schedule.js'
import type { Trace } from '../results.js'
import { Recorder } from '../trace/record.js'
import type { Violation } from '../machine/index.js'
import { machineFor, type Subject } from './program.js'

/** An execution with its picture. */
export interface Explained {
  readonly violations: readonly Violation[]
  readonly schedule: Schedule
  readonly trace: Trace
}

/** Runs a stored interleaving again, and writes down what happens. Exact: step by step. */
export function replayExactly(subject: Subject, scenario: unknown, schedule: Schedule): Explained {
  return explain(subject, scenario, (m) => new ChoicesDriver(choicesOf(m, schedule)))
}

/** The same on other code: along what the threads are about to do. */
export function replayLeniently(subject: Subject, scenario: unknown, schedule: Schedule): Explained {
  return explain(subject, scenario, () => new LenientReplay(schedule))
}

/** What of a stored interleaving breaks on this subject, without its picture. */
export function tryLeniently(subject: Subject, scenario: unknown, schedule: Schedule): readonly Violation[] {
  const machine = machineFor(subject, scenario)
  const driver = new LenientReplay(schedule)
  driver.begin()
  return machine.run(driver).violations
}

function explain(
  subject: Subject,
  scenario: unknown,
  driverFor: (m: ReturnType<typeof machineFor>) => Driver,
): Explained {
  const machine = machineFor(subject, scenario)
  const writer = new ScheduleWriter(driverFor(machine))
  const recorder = new Recorder()
  machine.tracer = recorder
  writer.begin(0, machine)
  const { violations } = machine.run(writer)
  const plain = violations.map((v) => ({ ...v, sites: [...v.sites] }))
  return { violations, schedule: writer.schedule, trace: recorder.trace(machine, plain) }
}
