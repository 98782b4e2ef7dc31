import type { Expectation, FixInfo, Target } from '../define.js'
import { Machine, type MemoryModelName } from '../machine/index.js'

/** What is executed: a candidate of a system under a memory model. */
export interface Subject {
  readonly system: Target
  readonly fix: FixInfo
  readonly memoryModel: MemoryModelName
}

/** A machine with the scenario's program on it. */
export function machineFor({ system, fix, memoryModel }: Subject, scenario: unknown): Machine {
  const machine = new Machine(memoryModel, system.threads(scenario))
  system.build(machine, scenario, fix)
  return machine
}

/** What the candidate's author expects under this memory model. */
export function expectation({ fix, memoryModel }: Subject): Expectation {
  const { expect } = fix
  if (expect === undefined || expect === 'holds') return 'holds'
  if ('broken' in expect) return expect as Expectation
  return (expect as Partial<Record<MemoryModelName, Expectation>>)[memoryModel] ?? 'holds'
}
