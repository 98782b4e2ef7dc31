import Benchmark from 'benchmark'
import { quantile } from 'simple-statistics'
import type { WallClock } from '../results.js'
import { bundlePlain, loadPlain } from './bundle.js'
import { crosscheck } from './crosscheck.js'
import { UserError } from '../user-error.js'
import type { BenchPath, FixInfo } from '../define.js'

/** Calls per measured function: the harness's own call is lost in them. */
const CALLS = 1_000

export interface WallClockTask {
  readonly system: string
  readonly paths: { readonly [name: string]: BenchPath<never> }
  readonly fixes: readonly { readonly fix: FixInfo; readonly path: string }[]
  /** Candidates take turns this often, so that a slow phase of the computer hits all of them. */
  readonly rounds: number
  /** Per candidate, path and round. */
  readonly seconds: number
  readonly onProgress?: (done: number, all: number) => void
}

interface Subject {
  readonly fix: string
  readonly path: string
  run: () => unknown
  readonly samples: number[]
}

/** Row of the measuring loop with nothing in it. */
export const EMPTY_CALL = '(empty call)'

let sink: unknown

/** Times every path of every candidate, its source stripped of the scheduler (`strip.ts`). */
export async function wallClock(task: WallClockTask): Promise<WallClock[]> {
  const subjects = await prepare(task)
  for (let round = 0; round < task.rounds; round++)
    for (const [i, subject] of subjects.entries()) {
      subject.samples.push(...time(subject.run, task.seconds))
      task.onProgress?.(round * subjects.length + i + 1, task.rounds * subjects.length)
      await new Promise(setImmediate)
    }
  const first = new Map<string, number>()
  return subjects.map(({ fix, path, samples }) => {
    const nanoseconds = quantile(samples, 0.5)
    if (!first.has(path)) first.set(path, nanoseconds)
    return {
      system: task.system,
      fix,
      path,
      nanoseconds,
      samples: samples.length,
      low: quantile(samples, 0.1),
      high: quantile(samples, 0.9),
      interval: medianInterval(samples),
      relative: nanoseconds / (first.get(path) as number),
    }
  })
}

/** Of the order statistics, by the binomial distribution's normal approximation. */
function medianInterval(samples: readonly number[]): [number, number] {
  const sorted = [...samples].sort((a, b) => a - b)
  const n = sorted.length
  const half = (1.96 * Math.sqrt(n)) / 2
  const at = (rank: number): number => sorted[Math.min(n - 1, Math.max(0, rank))] as number
  return [at(Math.floor(n / 2 - half)), at(Math.ceil(n / 2 + half))]
}

async function prepare(task: WallClockTask): Promise<Subject[]> {
  const subjects: Subject[] = []
  const paths = Object.keys(task.paths)
  for (const { fix: candidate, path: file } of task.fixes) {
    const bundle = await bundlePlain(file)
    for (const path of paths) {
      const differs = await crosscheck(candidate, task.paths[path] as BenchPath<never>, path, bundle)
      if (differs !== null)
        throw new UserError(
          `${candidate.name}: the path '${path}' cannot be timed by the wall clock: ${differs}`,
        )
      const { fix, Machine, Thread, repeat } = await loadPlain(bundle, path)
      const machine = new Machine()
      const thread = new Thread(machine)
      const call = fix.target.bench.paths[path]?.prepare(machine, fix)
      if (!call) throw new RangeError(`no path ${path}`)
      subjects.push({ fix: candidate.name, path, run: () => repeat(call, thread, CALLS), samples: [] })
    }
  }
  const empty = (): void => {}
  const run = (): void => {
    for (let i = 0; i < CALLS; i++) empty()
  }
  return [...subjects, ...paths.map((path) => ({ fix: EMPTY_CALL, path, run, samples: [] }))]
}

/** Nanoseconds per call, one figure per sample. */
function time(run: () => unknown, seconds: number): number[] {
  // No `setup` or `teardown`: with them the library recompiles the source and loses what it closes over.
  const benchmark = new Benchmark({
    fn: () => {
      sink = run()
    },
    minTime: 0.002,
    maxTime: seconds,
    minSamples: 8,
  })
  benchmark.run()
  // The library's typings do not know that it keeps what was thrown.
  const { error } = benchmark as { error?: unknown }
  if (error !== undefined || sink === time) throw new Error('a timed call failed', { cause: error })
  return benchmark.stats.sample.map((s) => (s / CALLS) * 1e9)
}
