import type { BenchFile, Metric, Simulation } from '../results.js'

export type Named = Metric & { readonly name: string }

/** The metrics that were measured at all, the main one first. */
export function metricsOf(bench: BenchFile, system: string, simulations: readonly Simulation[]): Named[] {
  return Object.entries(bench.systems[system]?.metrics ?? {})
    .filter(([name]) => simulations.some((s) => s.metrics[name]))
    .map(([name, metric]) => ({ name, ...metric }))
}

/** Metrics that the summary shows. */
const MAIN = 2

export const mainOf = (metrics: readonly Named[]): Named[] => metrics.slice(0, MAIN)

/** `Lookup latency, ns`. */
export const heading = ({ title, unit }: Named): string => (unit === '' ? title : `${title}, ${unit}`)
