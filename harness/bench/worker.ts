import { loadFix, loadSystem, type Candidate } from '../registry.js'
import type { Simulation } from '../results.js'
import type { Costs } from './costs.js'
import { simulate } from './simulate.js'
import type { Case } from './workloads.js'

/** One simulation, by reference, so that a worker can load what it needs. */
export interface Job {
  readonly system: string
  readonly fix: string
  readonly workload: Case
  readonly seed: number
  readonly replications: number
  readonly costs: Costs
}

/** A user's file is compiled once a worker. */
const candidates = new Map<string, Promise<Candidate>>()

export default async function work(job: Job): Promise<Simulation> {
  const system = await loadSystem(job.system)
  if (!system.bench) throw new RangeError(`${job.system} has no benchmark`)
  const key = `${job.system} ${job.fix}`
  if (!candidates.has(key)) candidates.set(key, loadFix(system, job.fix))
  const { fix } = (await candidates.get(key)) as Candidate
  return simulate({
    system: system.name,
    bench: system.bench,
    fix,
    workload: job.workload.name,
    parameters: job.workload.parameters,
    seed: job.seed,
    replications: job.replications,
    costs: job.costs,
  })
}
