import type { BenchDescription, BenchParameters, FixInfo } from '../define.js'
import { derive } from '../drivers/rng.js'
import { TimedDriver } from '../drivers/timed.js'
import { Machine, type Violation } from '../machine/index.js'
import type { Simulation } from '../results.js'
import { COSTS, type Costs } from './costs.js'
import { CacheModel } from './model.js'
import { Observer } from './observer.js'

/** A replication longer than this is a livelock. */
const MAX_STEPS = 4_000_000

export interface SimulationTask<Fix> {
  readonly system: string
  readonly bench: BenchDescription<Fix>
  readonly fix: Fix
  /** What the result calls it. */
  readonly workload: string
  readonly parameters: BenchParameters
  readonly seed: number
  readonly replications: number
  readonly costs?: Costs
}

/** Runs one candidate under one workload, in simulated time: a pure function of the task. */
export function simulate<Fix extends FixInfo>(task: SimulationTask<Fix>): Simulation {
  const { bench, fix, parameters, costs = COSTS } = task
  const capacity = bench.threads(parameters)
  const machine = new Machine('sc', capacity, MAX_STEPS)
  const observer = new Observer(capacity, bench, parameters.milliseconds * 1e6)
  const model = new CacheModel(capacity, bench.layout, parameters.host, observer, costs)
  const driver = new TimedDriver(capacity, model)
  observer.attach(driver, model.counts)
  bench.build(machine, fix, parameters, observer)

  const violations = new Map<string, Violation>()
  for (let i = 0; i < task.replications; i++) {
    // The same seed for every candidate: they are compared under the same arrivals.
    const seed = derive(task.seed, i)
    observer.seeded(seed)
    driver.begin(seed, machine)
    const outcome = machine.run(driver)
    observer.end()
    for (const v of outcome.violations) if (!violations.has(v.signature)) violations.set(v.signature, v)
    if (outcome.violations.some((v) => v.kind === 'livelock' || v.kind === 'deadlock')) break
  }
  return {
    system: task.system,
    fix: fix.name,
    workload: task.workload,
    parameters: { ...parameters },
    ...observer.result(),
    violations: [...violations.values()],
  }
}
