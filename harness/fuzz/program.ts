import { z } from 'zod'
import type { Expectation, FixInfo, Target } from '../define.js'
import { Machine, MEMORY_MODELS, type MemoryModelName } from '../machine/index.js'

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
