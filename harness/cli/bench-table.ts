import type { Change, Comparison } from '../bench/compare.js'
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
  const line = (c: Change): string => {
    const change = Number.isFinite(c.relative)
      ? `${c.relative < 0 ? '' : '+'}${(c.relative * 100).toFixed(1)} %`
      : 'from nothing'
    return `  ${c.system} ${c.fix}, ${c.workload}: ${c.title} ${digits(c.before)} -> ${digits(c.after)} ${c.unit} (${change}${c.p < 0.0001 ? ', p < 0.0001' : `, p = ${c.p.toPrecision(2)}`})`
  }
  const other = changes.filter((c) => !worse.includes(c))
  const block = (title: string, list: readonly Change[]): string[] =>
    list.length === 0 ? [] : [`${title}:`, ...list.map(line), '']
  return [
    `${compared} figures compared with ${before}; beyond noise (Holm, 5 % in all) ${changes.length} changed.`,
    `Of ${intervals} intervals (95 %; percentiles have one each), ${((100 * overlapping) / Math.max(1, intervals)).toFixed(1)} % overlap.`,
    ...(costsDiffer ? ['The cost models differ: these are other assumptions, not other code.'] : []),
    '',
    ...block(`Worse by more than ${threshold} %`, worse),
    ...block(
      `Worse by less`,
      other.filter((c) => c.worse),
    ),
    ...block(
      'Better',
      other.filter((c) => !c.worse),
    ),
    ...(unmatched.length > 0
      ? [
          `Not compared, as only one file has them or with other parameters: ${unmatched.slice(0, 5).join('; ')}${unmatched.length > 5 ? ` and ${unmatched.length - 5} more` : ''}.`,
        ]
      : []),
    worse.length > 0 ? `${worse.length} worse: exit 1.` : 'Nothing is worse than it may be.',
  ]
}
