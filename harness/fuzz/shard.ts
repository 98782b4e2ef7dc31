import { derive } from '../drivers/rng.js'
import { Campaign } from './campaign.js'
import { readLog } from './input.js'
import { JsfuzzSource } from './jsfuzz.js'
import type { Subject } from './program.js'
import { StructuralSource } from './sources.js'
import type { ShardResult, ShardTask } from './tasks.js'

/** Makes a shard's executions: a pure function. */
export function runShard(
  subject: Subject,
  { seed, engine, driver, first, executions, log }: ShardTask,
): ShardResult {
  const source =
    engine === 'jsfuzz'
      ? new JsfuzzSource(subject, derive(seed, first))
      : new StructuralSource(subject, first)
  const campaign = new Campaign(subject, seed, source, driver, { executions: first, inputs: readLog(log) })
  campaign.run(executions)
  const { steps, findings, inputs } = campaign.result
  return { executions, steps, findings, inputs }
}
