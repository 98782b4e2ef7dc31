import type { FixInfo, Target } from '../define.js'
import type { BenchFile, Simulation, WallClock } from '../results.js'
import { COSTS } from './costs.js'
import { simulate } from './simulate.js'
import { wallClock } from './wallclock.js'

export interface BenchOptions {
  readonly system: Target
  /** The first is what the others are compared with. */
  readonly fixes: readonly { readonly fix: FixInfo; readonly path: string }[]
  readonly seed: number
  /** Fewer workloads, shorter. */
  readonly quick: boolean
  /** What is being measured, and the share of all that is done. */
  readonly onProgress: (text: string, fraction: number) => void
}

const FULL = { replications: 5, rounds: 3, seconds: 0.03 }
const QUICK = { replications: 3, rounds: 1, seconds: 0.03 }
/** Share of the whole that the wall clock takes, roughly. */
const WALL_CLOCK = 0.2

/** Measures every candidate under every workload, in simulated time, and its paths by the wall clock. */
export async function bench(
  options: BenchOptions,
): Promise<Pick<BenchFile, 'simulations' | 'wallClock' | 'costs'>> {
  const { system, fixes, seed, quick, onProgress } = options
  if (!system.bench) throw new RangeError(`${system.name} has no benchmark`)
  const size = quick ? QUICK : FULL
  const workloads = Object.keys(system.bench.workloads).filter(
    (w) => !quick || system.bench?.workloads[w]?.quick,
  )
  const simulations: Simulation[] = []
  for (const { fix } of fixes) {
    for (const workload of workloads) {
      onProgress(
        `${system.name} ${fix.name}: ${workload}`,
        ((1 - WALL_CLOCK) * simulations.length) / (fixes.length * workloads.length),
      )
      simulations.push(
        simulate({
          system: system.name,
          bench: system.bench,
          fix,
          workload,
          seed,
          replications: size.replications,
        }),
      )
      // Lets the display breathe.
      await new Promise(setImmediate)
    }
  }
  const clock: WallClock[] = await wallClock({
    system: system.name,
    paths: Object.keys(system.bench.paths),
    fixes: fixes.map(({ fix, path }) => ({ name: fix.name, path })),
    rounds: size.rounds,
    seconds: size.seconds,
    onProgress: (done, all) => {
      onProgress(`${system.name}: wall clock`, 1 - WALL_CLOCK + (WALL_CLOCK * done) / all)
    },
  })
  onProgress(`${system.name}: done`, 1)
  return { simulations, wallClock: clock, costs: { ...COSTS } }
}
