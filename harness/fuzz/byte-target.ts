import type { FixInfo, Target } from '../define.js'
import type { MemoryModelName } from '../machine/index.js'
import { Coverage } from './coverage.js'
import { decode } from './decode.js'
import { machineFor } from './program.js'

/**
 * A system as byte-oriented fuzzers take it (jsfuzz, libFuzzer, Jazzer.js): `fuzz(data)` runs the execution
 * that the bytes say, and throws when it is violated. Its coverage is published in istanbul's shape, where
 * jsfuzz looks for it: a branch a point of ours.
 */
export function byteTarget(
  system: Target,
  fix: FixInfo,
  memoryModel: MemoryModelName,
): (data: Uint8Array) => void {
  const coverage = new Coverage()
  const scope = globalThis as { __coverage__?: Record<string, unknown> }
  scope.__coverage__ = { ...scope.__coverage__, interleavings: { s: {}, f: {}, b: { 0: coverage.map } } }
  return (data) => {
    const { scenario, lead } = decode(system, data)
    const machine = machineFor({ system, fix, memoryModel }, scenario)
    machine.coverage = coverage
    lead.begin(0, machine)
    const broken = machine.run(lead).violations.find((v) => v.severity === 'error')
    if (broken) throw new Error(`${broken.signature}: ${broken.message}`)
  }
}
