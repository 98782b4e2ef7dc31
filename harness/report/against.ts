import { paired, significant } from '../bench/statistics.js'
import type { Metric, Simulation } from '../results.js'
import { change, isNothing, MANY, short } from './format.js'

/** A candidate's figure beside the first one's, under the same workload and with the same random numbers. */
export interface Against {
  readonly value: number
  readonly base: number
  readonly p: number
  /** Beyond noise, all candidates of the table taken together. */
  readonly significant: boolean
}

/** Compares all with the first; no figure is called different that chance may explain. */
export function against(base: readonly Simulation[], metric: string): Map<string, Against> {
  const first = base[0]?.metrics[metric]
  if (!first) return new Map()
  const rows = base.slice(1).flatMap((s) => {
    const figure = s.metrics[metric]
    if (!figure || figure.replications.length !== first.replications.length) return []
    const { p } = paired(first.replications, figure.replications)
    return [{ fix: s.fix, value: figure.value, base: first.value, p }]
  })
  const found = significant(rows.map((r) => r.p))
  return new Map(rows.map(({ fix, ...row }, i) => [fix, { ...row, significant: found[i] === true }]))
}

/** `+12 %`, with `≈` before it when chance explains the difference. */
export function inShort(a: Against | undefined): string {
  if (!a) return '–'
  const text = change(a.value, a.base)
  return a.significant || text === '–' || text === '±0 %' ? text : `≈ ${text}`
}

/** `lookup latency is 24 % higher (p < 0.001)`. What chance explains is no difference: null. */
export function inWords(a: Against, { title }: Metric): string | null {
  if (!a.significant) return null
  const ratio = a.base > 0 ? a.value / a.base : NaN
  const p = a.p < 0.001 ? '< 0.001' : `= ${a.p.toPrecision(1)}`
  if (isNothing(ratio)) return `${lowerCase(title)} differs by less than 0.01 % (p ${p})`
  const by = Number.isNaN(ratio) ? '' : `${short(Math.abs(ratio - 1) * 100)} % `
  const how =
    ratio >= MANY ? `${short(ratio)} times as high` : `${by}${a.value > a.base ? 'higher' : 'lower'}`
  return `${lowerCase(title)} is ${how} (p ${p})`
}

/** Within a sentence; a word that has capitals of its own keeps them, as BQL and FlatViews do. */
export const lowerCase = (title: string): string =>
  title.replace(/^[A-Z](?=[a-z]*\b)/, (c) => c.toLowerCase())
