import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Metric } from '../define.js'
import type { MetricResult } from '../results.js'
import { halfWidth, share } from './statistics.js'

/** Histograms hold whole numbers from 1: values are recorded in hundredths, one more than they are. */
const TICKS = 100

const PERCENTILES = { p50: 50, p90: 90, p99: 99, p999: 99.9 } as const

/** One metric over the replications of a simulation: what was sampled of it, or counted. */
export class Measure {
  private histogram: RecordableHistogram | null = null
  /** By replication: the sum of what was sampled or counted, and the number of samples. */
  readonly sums: number[] = []
  private readonly samples: number[] = []

  begin(): void {
    this.sums.push(0)
    this.samples.push(0)
  }

  count(n: number): void {
    this.sums[this.sums.length - 1] = (this.sums.at(-1) as number) + n
  }

  sample(value: number): void {
    this.count(value)
    this.samples[this.samples.length - 1] = (this.samples.at(-1) as number) + 1
    this.histogram ??= createHistogram({ figures: 3 })
    this.histogram.record(Math.round(Math.max(0, value) * TICKS) + 1)
  }

  /** `wholes`: by replication, what a count is a share of. */
  result({ title, unit, better }: Metric, wholes: readonly number[]): MetricResult {
    const { histogram: h, sums } = this
    const of = h ? this.samples : wholes
    const replications = sums.flatMap((sum, i) => ((of[i] ?? 0) > 0 ? [sum / (of[i] as number)] : []))
    const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
    const read = (ticks: number): number => (ticks - 1) / TICKS
    return {
      title,
      unit,
      better,
      value: share(total(sums), total(of)),
      interval: halfWidth(replications),
      samples: h ? h.count : total(sums),
      replications,
      ...(h && {
        distribution: {
          ...(Object.fromEntries(
            Object.entries(PERCENTILES).map(([name, p]) => [name, read(h.percentile(p))]),
          ) as Record<keyof typeof PERCENTILES, number>),
          max: read(h.max),
        },
      }),
    }
  }
}
