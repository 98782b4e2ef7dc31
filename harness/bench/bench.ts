import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { Target } from '../define.js'
import type { Candidate } from '../registry.js'
import type { BenchFile, Simulation, WallClock } from '../results.js'
import type { Costs } from './costs.js'
import { metricsOf } from './metrics.js'
import { wallClock } from './wallclock.js'
import type { Job } from './worker.js'
import type { Case } from './workloads.js'

export interface Subject {
  readonly system: Target
  /** The first is what the others are compared with. */
  readonly candidates: readonly Candidate[]
  readonly cases: readonly Case[]
}

export interface BenchOptions {
  readonly subjects: readonly Subject[]
  readonly seed: number
  readonly replications: number
  readonly costs: Costs
  readonly workers: number
  /** Turns that the candidates take under the wall clock; 0 = it is left out. */
  readonly rounds: number
  /** What is being measured, and the share of all that is done. */
  readonly onProgress: (text: string, fraction: number) => void
}

/** Length of a turn; a share of the candidate's path, in seconds. */
const TURN = 0.03
/** Share of the whole that the wall clock takes, roughly. */
const WALL_CLOCK = 0.3

/** Measures every candidate under every workload, in simulated time, and its paths by the wall clock. */
export async function bench(
  options: BenchOptions,
): Promise<Pick<BenchFile, 'systems' | 'simulations' | 'wallClock' | 'costs'>> {
  const { subjects, costs, rounds, onProgress } = options
  const before = rounds > 0 ? WALL_CLOCK : 0
  const clock: WallClock[] = []
  if (rounds > 0)
    // Nothing else runs meanwhile. It comes first, as it may refuse a candidate.
    for (const [i, { system, candidates }] of subjects.entries())
      clock.push(
        ...(await wallClock({
          system: system.name,
          paths: system.bench?.paths ?? {},
          fixes: candidates.map((c) => ({ fix: c.fix, path: c.module })),
          rounds,
          seconds: TURN,
          onProgress: (done, all) => {
            const share = (i + done / all) / subjects.length
            onProgress(`${system.name}: wall clock`, before * share)
          },
        })),
      )
  const simulations = await simulateAll(options, (text, fraction) => {
    onProgress(text, before + (1 - before) * fraction)
  })
  onProgress('done', 1)
  return { systems: described(subjects), simulations, wallClock: clock, costs: { ...costs } }
}

/** In the order of systems, candidates and workloads, on any number of workers. */
async function simulateAll(
  { subjects, seed, replications, costs, workers }: BenchOptions,
  onProgress: BenchOptions['onProgress'],
): Promise<Simulation[]> {
  const jobs = subjects.flatMap(({ system, candidates, cases }) =>
    candidates.flatMap((c) =>
      cases.map((workload): Job => ({
        system: system.name,
        fix: c.reference,
        workload,
        seed,
        replications,
        costs,
      })),
    ),
  )
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./worker-entry.cjs', import.meta.url)),
    maxThreads: workers,
    minThreads: Math.min(workers, jobs.length),
  })
  let done = 0
  try {
    return await Promise.all(
      jobs.map(async (job) => {
        const result = (await pool.run(job)) as Simulation
        onProgress(`${job.system} ${result.fix}: ${job.workload.name}`, ++done / jobs.length)
        return result
      }),
    )
  } finally {
    await pool.destroy()
  }
}

function described(subjects: readonly Subject[]): BenchFile['systems'] {
  return Object.fromEntries(
    subjects.map(({ system, cases }) => [
      system.name,
      {
        title: system.title,
        metrics: Object.fromEntries(
          Object.entries(system.bench ? metricsOf(system.bench) : {}).map(
            ([name, { title, unit, better }]) => [name, { title, unit, better }],
          ),
        ),
        workloads: Object.fromEntries(
          cases.map(({ name, title, source }) => [name, { title, ...(source !== undefined && { source }) }]),
        ),
      },
    ]),
  )
}
