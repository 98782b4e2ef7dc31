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
  gracePeriods: { title: 'Grace periods', unit: '/removal', better: 'lower' },
  peakUnreclaimed: { title: 'Peak of unreclaimed objects', unit: 'objects', better: 'lower' },
  unreclaimed: { title: 'Unreclaimed objects, mean over time', unit: 'objects', better: 'lower' },
} as const satisfies Record<string, Metric>

const ALWAYS = {
  lineTransfers: { title: 'Cache lines moved between CPUs', unit: '/s', better: 'lower', per: 'second' },
} as const satisfies Record<string, Metric>

export type HarnessMetric = keyof typeof LOOKUPS | keyof typeof REMOVALS | keyof typeof ALWAYS
export type LookupMetric = keyof typeof LOOKUPS

/** All metrics of a system, the main one first: that is what candidates are compared by. */
export function metricsOf<Fix>(
  bench: Pick<BenchDescription<Fix>, 'lookup' | 'metrics'>,
): Readonly<Record<string, Metric>> {
  return { ...(bench.lookup ? LOOKUPS : {}), ...bench.metrics, ...REMOVALS, ...ALWAYS }
}
