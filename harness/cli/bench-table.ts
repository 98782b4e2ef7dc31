import type { Change, Comparison } from '../bench/compare.js'
import { change, count, isNothing, plural, quantity } from '../report/format.js'
import type { BenchFile } from '../results.js'

/** Metrics of a system that the terminal shows: the main ones. The page has all. */
const COLUMNS = 4

/** The main figures of every candidate, a workload a block. */
export function table(file: BenchFile): string[] {
  return Object.keys(file.systems).flatMap((system) => {
    const simulations = file.simulations.filter((s) => s.system === system)
    const width = Math.max(...simulations.map((s) => s.fix.length))
    return [...new Set(simulations.map((s) => s.workload))].flatMap((workload) => {
      const mine = simulations.filter((s) => s.workload === workload)
      const metrics = Object.entries(file.systems[system]?.metrics ?? {})
        .filter(([name]) => mine.some((s) => s.metrics[name]))
        .slice(0, COLUMNS)
      return [
        `${system}, ${workload}: ${file.systems[system]?.workloads[workload]?.title ?? ''} (simulated; ± 95 %)`,
        ...metrics.map(([, { title, unit }], i) => `  [${i + 1}] ${title}, ${unit}`),
        ...mine.map((s) => {
          const cells = metrics.map(([name]) => cell(s.metrics[name]))
          return `  ${s.fix.padEnd(width)} ${cells.join('')}${s.violations.length > 0 ? '  broke' : ''}`.trimEnd()
        }),
        '',
      ]
    })
  })
}

function cell(figure: BenchFile['simulations'][number]['metrics'][string] | undefined): string {
  if (!figure) return '–'.padStart(22)
  return `${digits(figure.value).padStart(12)} ± ${digits(figure.interval, 2).padEnd(7)}`
}

function digits(n: number, significant = 4): string {
  if (n === 0) return '0'
  if (Math.abs(n) >= 10 ** significant) return String(Math.round(n))
  return String(Number(n.toPrecision(significant)))
}

/** What a comparison with an earlier file found. */
export function changed(
  { changes, compared, intervals, overlapping, unmatched, costsDiffer }: Comparison,
  worse: readonly Change[],
  threshold: number,
  before: string,
): string[] {
  const other = changes.filter((c) => !worse.includes(c))
  const told = other.filter((c) => !isNothing(1 + c.relative))
  const block = (title: string, list: readonly Change[]): string[] =>
    list.length === 0 ? [] : [`${title}:`, ...list.map(line), '']
  return [
    `${plural(compared, 'figure')} compared with ${before}: ${count(changes.length)} changed beyond noise (paired or Welch's t test, Holm: 5 % risk of any false alarm).`,
    `${((100 * overlapping) / Math.max(1, intervals)).toFixed(1)} % of ${count(intervals)} intervals overlap (95 % intervals of means, rates and percentiles).`,
    ...(costsDiffer ? ['The cost models differ: these are other assumptions, not other code.'] : []),
    '',
    ...block(`Worse by more than ${threshold} %`, worse),
    ...block(
      `Worse, but not by more than ${threshold} %`,
      told.filter((c) => c.worse),
    ),
    ...block(
      'Better',
      told.filter((c) => !c.worse),
    ),
    ...(told.length < other.length
      ? [`${plural(other.length - told.length, 'figure')} changed by less than 0.01 %.`, '']
      : []),
    ...(unmatched.length > 0
      ? [
          `Not compared, as only one file has them or with other parameters: ${unmatched.slice(0, 5).join('; ')}${unmatched.length > 5 ? ` and ${unmatched.length - 5} more` : ''}.`,
        ]
      : []),
    worse.length > 0
      ? `${plural(worse.length, 'figure is', 'figures are')} worse by more than ${threshold} %: exit 1.`
      : `No figure is worse by more than ${threshold} %.`,
  ]
}

/** `ram-list baseline, vcpus-16: Lookup latency 17 ns -> 33 ns (+93.6 %, p < 0.0001)` */
function line(c: Change): string {
  const by = c.before > 0 ? change(c.after, c.before) : 'from nothing'
  const p = c.p < 0.0001 ? 'p < 0.0001' : `p = ${c.p.toPrecision(2)}`
  return `  ${c.system} ${c.fix}, ${c.workload}: ${c.title} ${quantity(c.before, c.unit)} -> ${quantity(c.after, c.unit)} (${by}, ${p})`
}
