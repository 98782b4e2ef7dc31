import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { PERCENTILES, type Figure, type Percentile } from '../results.js'
import { halfWidth, share, tellsPercentile } from './statistics.js'

/** Histograms hold whole numbers from 1: values are recorded in hundredths, one more than they are. */
const TICKS = 100
const read = (ticks: number): number => (ticks - 1) / TICKS

const LEVELS = Object.entries(PERCENTILES) as [Percentile, number][]

/** One metric over the replications of a simulation: what was sampled of it, or counted. */
export class Measure {
  /** By replication: the sum of what was sampled or counted, and the number of samples. */
  readonly sums: number[] = []
  readonly samples: number[] = []
  /** Of the current replication, and of those before. */
  private current: RecordableHistogram | null = null
  private total: RecordableHistogram | null = null
  private readonly levels: Record<Percentile, number>[] = []
  private sum = 0
  private n = 0
  private fed = false

  begin(): void {
    this.sum = this.n = 0
  }

  count(n: number): void {
    this.fed = true
    this.sum += n
  }

  sample(value: number): void {
    this.sum += value
    this.n++
    this.current ??= createHistogram({ figures: 3 })
    this.current.record(Math.round(Math.max(0, value) * TICKS) + 1)
  }

  /** A replication is over: its histogram is merged with those of the others. */
  end(): void {
    this.sums.push(this.sum)
    this.samples.push(this.n)
    const { current } = this
    if (!current || current.count === 0) return
    this.levels.push(distribution(current))
    this.total ??= createHistogram({ figures: 3 })
    this.total.add(current)
    current.reset()
  }

  /**
   * `wholes`: by replication, what a count is a share of. Null where there is nothing to say: no whole, or nothing
   * at all was fed to what may be a sampled metric.
   */
  figure(wholes: readonly number[], scale: number, counted: boolean): Figure | null {
    if (!this.fed && !counted && !this.total) return null
    const { total, sums, levels } = this
    const of = total ? this.samples : wholes
    const replications = sums.flatMap((sum, i) => {
      const n = of[i] ?? 0
      return n > 0 ? [round((scale * sum) / n)] : []
    })
    // One alone has no interval, and a figure without one settles nothing.
    if (replications.length < 2) return null
    return {
      value: round(scale * share(add(sums), add(of))),
      interval: round(halfWidth(replications)),
      samples: round(add(of)),
      replications,
      ...(total && {
        distribution: { ...told(total, (p) => distribution(total)[p]), max: round(read(total.max)) },
        intervals: told(total, (p, level) =>
          round(Math.max(halfWidth(levels.map((l) => l[p])), orderStatistics(total, level))),
        ),
      }),
    }
  }
}

/**
 * Half of the distribution-free 95 % interval of a percentile: ranks that the binomial distribution allows. Where
 * all replications happen to have the same one, it is not therefore exact: values may lie in steps.
 */
function orderStatistics(h: RecordableHistogram, level: number): number {
  const spread = 1.96 * Math.sqrt((level * (100 - level)) / h.count)
  const at = (percent: number): number => read(h.percentile(Math.min(100, Math.max(1e-6, percent))))
  const middle = at(level)
  return Math.max(at(level + spread) - middle, middle - at(level - spread))
}

const add = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** Of each percentile that so many values tell. */
const told = (
  { count }: RecordableHistogram,
  f: (p: Percentile, level: number) => number,
): Partial<Record<Percentile, number>> =>
  Object.fromEntries(
    LEVELS.filter(([, level]) => tellsPercentile(level, count)).map(([p, level]) => [p, f(p, level)]),
  )

/** As many digits as a figure of a simulation can mean. */
export const round = (n: number): number => Number(n.toPrecision(7))

const distribution = (h: RecordableHistogram): Record<Percentile, number> =>
  Object.fromEntries(LEVELS.map(([p, level]) => [p, round(read(h.percentile(level)))])) as Record<
    Percentile,
    number
  >
