import { z } from 'zod'
import type { Expectation, FixInfo, Target } from '../define.js'
import { Machine, MEMORY_MODELS, type MemoryModelName } from '../machine/index.js'

/** What is executed: a candidate of a system under a memory model. */
export interface Subject {
  readonly system: Target
  readonly fix: FixInfo
  readonly memoryModel: MemoryModelName
}

/** Told of every program before it is built: whoever watches over the user's code in this thread. */
export type Watch = (subject: Subject, scenario: unknown, machine: Machine) => void

let watch: Watch | null = null

export function watchPrograms(by: Watch): void {
  watch = by
}

/** A machine with the scenario's program on it. */
export function machineFor(subject: Subject, scenario: unknown): Machine {
  const { system, fix, memoryModel } = subject
  const machine = new Machine(memoryModel, system.threads(scenario))
  watch?.(subject, scenario, machine)
  system.build(machine, scenario, fix)
  return machine
}

const expectationSchema = z.union([z.enum(['holds', 'broken']), z.object({ broken: z.array(z.string()) })])

/** What `expect` may be in a fix file. */
export const expectSchema = z.union([
  expectationSchema,
  z.partialRecord(z.enum(MEMORY_MODELS), expectationSchema),
])

/** What the candidate's author expects under this memory model; no kinds: any. */
export function expectation({ fix, memoryModel }: Subject): 'holds' | { readonly broken: readonly string[] } {
  const { expect } = fix
  const here: Expectation | undefined =
    expect === undefined || typeof expect === 'string' || 'broken' in expect
      ? (expect as Expectation | undefined)
      : (expect as Partial<Record<MemoryModelName, Expectation>>)[memoryModel]
  return here === 'broken' ? { broken: [] } : (here ?? 'holds')
}
