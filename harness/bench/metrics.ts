import type { BenchDescription, Metric } from '../define.js'

/*
 * The figures that the harness takes of every system. A count is given per what `per` names; `miss`, `lookup` and
 * `removal` are what the observer counts anyway.
 */

const LOOKUPS = {
  latency: { title: 'Lookup latency', unit: 'ns', better: 'lower' },
  missRate: { title: 'Miss rate', unit: '%', better: 'lower', per: 'lookup' },
  walkLength: { title: 'Walk length', unit: 'objects/miss', better: 'lower', per: 'miss' },
  loads: { title: 'Loads', unit: '/lookup', better: 'lower', per: 'lookup' },
  stores: { title: 'Stores', unit: '/lookup', better: 'lower', per: 'lookup' },
  atomics: { title: 'Atomics', unit: '/lookup', better: 'lower', per: 'lookup' },
  fences: { title: 'Fences', unit: '/lookup', better: 'lower', per: 'lookup' },
  transfers: { title: 'Line transfers', unit: '/lookup', better: 'lower', per: 'lookup' },
} as const satisfies Record<string, Metric>

const REMOVALS = {
  timeToFree: { title: 'From removal to free', unit: 'ns', better: 'lower' },
  gracePeriods: { title: 'Grace periods', unit: '/removal', better: 'lower', per: 'removal' },
  peakUnreclaimed: { title: 'Peak of unreclaimed objects', unit: 'objects', better: 'lower' },
  unreclaimed: { title: 'Unreclaimed objects, mean over time', unit: 'objects', better: 'lower' },
} as const satisfies Record<string, Metric>

const ALWAYS = {
  lineTransfers: { title: 'Cache lines moved between CPUs', unit: '/s', better: 'lower', per: 'second' },
} as const satisfies Record<string, Metric>

export type HarnessMetric = keyof typeof LOOKUPS | keyof typeof REMOVALS | keyof typeof ALWAYS

/**
 * All metrics of a system, the main one first: that is what candidates are compared by. One that a system declares
 * itself takes the place of the harness's.
 */
export function metricsOf<Fix>(
  bench: Pick<BenchDescription<Fix>, 'lookup' | 'metrics'>,
): Readonly<Record<string, Metric>> {
  const taken = bench.metrics ?? {}
  const free = (metrics: Record<string, Metric>): Record<string, Metric> =>
    Object.fromEntries(Object.entries(metrics).filter(([name]) => !(name in taken)))
  return { ...(bench.lookup ? free(LOOKUPS) : {}), ...taken, ...free({ ...REMOVALS, ...ALWAYS }) }
}
