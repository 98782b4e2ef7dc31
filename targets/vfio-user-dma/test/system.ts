import { PctDriver } from '#harness/drivers/pct.js'
import { PosDriver } from '#harness/drivers/pos.js'
import { machineFor } from '#harness/fuzz/program.js'
import type { FixInfo } from '#harness/define.js'
import type { Machine, MemoryModelName, Violation } from '#harness/machine/index.js'
import vfioUserDma, { type VfioUserFix } from '#targets/vfio-user-dma/index.js'
import { subject } from '../../../test/subjects.js'

/** A machine for a built-in candidate, by name, or for one of the test's own. */
export async function machine(
  fix: string | VfioUserFix,
  model: MemoryModelName,
  scenario: string | object,
): Promise<Machine> {
  const built = typeof fix === 'string' ? (await subject('vfio-user-dma', fix, model)).fix : (fix as FixInfo)
  const named = typeof scenario === 'string' ? vfioUserDma.scenarios[scenario]?.scenario : undefined
  const events = typeof scenario === 'string' ? named : vfioUserDma.scenario.parse(scenario)
  if (!events) throw new Error(`no scenario ${JSON.stringify(scenario)}`)
  const system = vfioUserDma as unknown as Awaited<ReturnType<typeof subject>>['system']
  return machineFor({ system, fix: built, memoryModel: model }, events)
}

/** What sampling shows: one violation of each signature. */
export function sample(m: Machine, executions: number): Map<string, Violation> {
  const drivers = [new PosDriver(), new PctDriver(3), new PctDriver(5)]
  const found = new Map<string, Violation>()
  for (let i = 0; i < executions; i++) {
    const driver = drivers[i % drivers.length] as PosDriver
    driver.begin(i, m)
    for (const v of m.run(driver).violations) found.set(v.signature, v)
  }
  return found
}

/** The kinds of violation that sampling shows, sorted. */
export async function kinds(
  fix: string | VfioUserFix,
  model: MemoryModelName,
  scenario: string | object,
  executions = 1500,
): Promise<string[]> {
  const found = sample(await machine(fix, model, scenario), executions)
  return [...new Set([...found.values()].map((v) => v.kind))].sort()
}
