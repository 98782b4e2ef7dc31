import type { BenchDescription, BenchParameters, FixInfo } from '../define.js'
import { derive } from '../drivers/rng.js'
import { TimedDriver } from '../drivers/timed.js'
import { Machine, type Violation } from '../machine/index.js'
import type { Simulation } from '../results.js'
import { HOSTS } from './costs.js'
import { CacheModel } from './model.js'
import type { Measure } from './measure.js'
import { Observer, TICKS } from './observer.js'
import { halfWidth, share } from './statistics.js'

/** A replication longer than this is a livelock. */
const MAX_STEPS = 4_000_000

/** Each signature once; a replication that was violated counts as far as it came. */
export type SimulationResult = Simulation & { readonly violations: readonly Violation[] }

export interface SimulationTask<Fix> {
  readonly system: string
  readonly bench: BenchDescription<Fix>
  readonly fix: Fix
  readonly workload: string
  readonly seed: number
  readonly replications: number
}

/** Runs one candidate under one workload, in simulated time: a pure function of the task. */
export function simulate<Fix extends FixInfo>(task: SimulationTask<Fix>): Simulation {
  const { bench, fix } = task
  const parameters = parametersOf(bench, task.workload)
  const capacity = bench.threads(parameters)
  const machine = new Machine('sc', capacity, MAX_STEPS)
  const observer = new Observer(capacity, bench.lookup, bench.metrics ?? {}, parameters.milliseconds * 1e6)
  const model = new CacheModel(capacity, bench.layout, parameters.host, observer)
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
    for (const v of outcome.violations) if (!violations.has(v.signature)) violations.set(v.signature, v)
    if (outcome.violations.some((v) => v.kind === 'livelock' || v.kind === 'deadlock')) break
  }
  return summary(task, parameters, observer, [...violations.values()])
}

/** The base, varied as the workload says. */
export function parametersOf<Fix>(bench: BenchDescription<Fix>, workload: string): BenchParameters {
  const variation = bench.workloads[workload]
  if (!variation) throw new RangeError(`no workload ${workload}`)
  const parameters = { ...bench.parameters, ...variation.parameters } as BenchParameters
  if (!(parameters.host in HOSTS)) throw new RangeError(`no host ${parameters.host}`)
  return parameters
}

function summary<Fix extends FixInfo>(
  task: SimulationTask<Fix>,
  parameters: BenchParameters,
  observer: Observer,
  violations: Violation[],
): Simulation {
  const counted = observer.replications.filter((r) => r.lookups > 0)
  const sum = (f: (r: (typeof counted)[number]) => number): number => counted.reduce((n, r) => n + f(r), 0)
  const lookups = sum((r) => r.lookups)
  const misses = sum((r) => r.misses)
  const { histogram: h, removals, total } = observer
  const percentile = (p: number): number => (lookups === 0 ? 0 : h.percentile(p) / TICKS)
  return {
    system: task.system,
    fix: task.fix.name,
    workload: task.workload,
    parameters: { ...parameters },
    lookups,
    latency: {
      mean: share(
        sum((r) => r.latency),
        lookups,
      ),
      p50: percentile(50),
      p90: percentile(90),
      p99: percentile(99),
      p999: percentile(99.9),
    },
    latencyInterval: halfWidth(counted.map((r) => r.latency / r.lookups)),
    missRate: share(misses, lookups),
    missRateInterval: halfWidth(counted.map((r) => r.misses / r.lookups)),
    missReasons: Object.fromEntries([...observer.reasons].sort().map(([k, n]) => [k, share(n, lookups)])),
    walkLength: share(observer.walkLength, misses),
    perLookup: {
      loads: share(total.loads, lookups),
      stores: share(total.stores, lookups),
      atomics: share(total.atomics, lookups),
      fences: share(total.fences, lookups),
      transfers: share(total.transfers, lookups),
    },
    unplugs: removals.begun,
    gracePeriodsPerUnplug: share(removals.gracePeriods, removals.begun),
    timeToFree: share(removals.timeToFree, removals.freed),
    violations,
    peakUnreclaimed: removals.peakUnreclaimed,
    metrics: Object.fromEntries(
      Object.entries(task.bench.metrics ?? {}).map(([name, metric]) => [
        name,
        (observer.metrics.get(name) as Measure).result(metric, observer.wholes(metric.per)),
      ]),
    ),
  }
}
