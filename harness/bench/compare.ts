import {
  PERCENTILES,
  type BenchFile,
  type Figure,
  type Metric,
  type Percentile,
  type Simulation,
} from '../results.js'
import { paired, significant, welch } from './statistics.js'

/** A figure that differs between two runs by more than chance explains. */
export interface Change {
  readonly system: string
  readonly fix: string
  readonly workload: string
  readonly metric: string
  readonly title: string
  readonly unit: string
  readonly before: number
  readonly after: number
  /** Share of the figure before; Infinity where that was zero. */
  readonly relative: number
  readonly worse: boolean
  readonly p: number
}

export interface Comparison {
  /** Figures that both have, with the same parameters. */
  readonly compared: number
  /** 95 % intervals of the means, rates and percentiles that both have, and how many of them overlap. */
  readonly intervals: number
  readonly overlapping: number
  /** Largest change first. */
  readonly changes: readonly Change[]
  /** Simulations that only one has, or with other parameters. */
  readonly unmatched: readonly string[]
  readonly costsDiffer: boolean
}

/**
 * What changed in simulated time from one results file to another. Wall clock is left out: it is another
 * computer's, or the same one's at another time.
 */
export function compare(before: BenchFile, after: BenchFile): Comparison {
  const old = new Map(before.simulations.map((s) => [keyOf(s), s]))
  const unmatched = new Set(old.keys())
  const rows: { change: Change; p: number }[] = []
  const overlaps: boolean[] = []
  for (const simulation of after.simulations) {
    const key = keyOf(simulation)
    const earlier = old.get(key)
    if (!earlier || !sameParameters(earlier, simulation)) {
      unmatched.add(key)
      continue
    }
    unmatched.delete(key)
    for (const [name, figure] of Object.entries(simulation.metrics)) {
      const was = earlier.metrics[name]
      const metric = after.systems[simulation.system]?.metrics[name]
      if (!was || !metric) continue
      const p = difference(was, figure, before.seed === after.seed)
      overlaps.push(...overlapping(was, figure))
      rows.push({ p, change: change(simulation, name, metric, was, figure, p) })
    }
  }
  const found = significant(rows.map((r) => r.p))
  return {
    compared: rows.length,
    intervals: overlaps.length,
    overlapping: overlaps.filter(Boolean).length,
    changes: rows
      .filter((_, i) => found[i])
      .map((r) => r.change)
      .sort((a, b) => Math.abs(b.relative) - Math.abs(a.relative)),
    unmatched: [...unmatched].sort(),
    costsDiffer: JSON.stringify(costsOf(before)) !== JSON.stringify(costsOf(after)),
  }
}

const keyOf = (s: Simulation): string => `${s.system} ${s.fix} ${s.workload}`

const costsOf = (file: BenchFile): [string, number][] =>
  Object.entries(file.costs)
    .map(([name, { value }]): [string, number] => [name, value])
    .sort()

const sameParameters = (a: Simulation, b: Simulation): boolean =>
  JSON.stringify(Object.entries(a.parameters).sort()) === JSON.stringify(Object.entries(b.parameters).sort())

/** Of the value and each percentile: whether its intervals in two files overlap. */
function overlapping(a: Figure, b: Figure): boolean[] {
  return [
    meet(a.value, a.interval, b.value, b.interval),
    ...(Object.keys(PERCENTILES) as Percentile[]).flatMap((p) => {
      const [x, dx, y, dy] = [a.distribution?.[p], a.intervals?.[p], b.distribution?.[p], b.intervals?.[p]]
      return x === undefined || dx === undefined || y === undefined || dy === undefined
        ? []
        : [meet(x, dx, y, dy)]
    }),
  ]
}

/** Exact figures are equal up to the digits that a file has. */
const meet = (x: number, dx: number, y: number, dy: number): boolean =>
  Math.abs(x - y) <= dx + dy + 1e-6 * Math.abs(x)

function difference(a: Figure, b: Figure, sameSeed: boolean): number {
  const pairs = sameSeed && a.replications.length === b.replications.length
  return (pairs ? paired : welch)(a.replications, b.replications).p
}

function change(
  { system, fix, workload }: Simulation,
  metric: string,
  { title, unit, better }: Metric,
  { value: before }: Figure,
  { value: after }: Figure,
  p: number,
): Change {
  const relative = before === after ? 0 : (after - before) / before
  const worse = better === 'lower' ? after > before : after < before
  return { system, fix, workload, metric, title, unit, before, after, relative, worse, p }
}
