import { PERCENTILES, type BenchFile, type FuzzFile, type Percentile } from '../results.js'

const LEVELS = Object.keys(PERCENTILES) as Percentile[]

/** Every figure in one table, a row each: what spreadsheets and scripts read. RFC 4180. */
export function renderCsv({ fuzz, bench }: { fuzz: FuzzFile | null; bench: BenchFile | null }): string {
  const rows: (string | number | undefined)[][] = [
    [
      'instrument',
      'system',
      'candidate',
      'case',
      'figure',
      'unit',
      'value',
      'interval',
      'samples',
      ...LEVELS,
      'max',
      'parameters',
    ],
  ]
  for (const r of fuzz?.results ?? [])
    for (const [figure, value] of [
      ['executions', r.executions],
      ['violations', r.violations.length],
      ['coverage', r.coverage],
    ] as const)
      rows.push(['fuzz', r.system, r.fix, r.memoryModel, figure, '', value])
  for (const s of bench?.simulations ?? [])
    for (const [name, f] of Object.entries(s.metrics)) {
      const parameters = Object.entries(s.parameters).map(([p, v]) => `${p}=${v}`)
      rows.push([
        'simulation',
        s.system,
        s.fix,
        s.workload,
        name,
        bench?.systems[s.system]?.metrics[name]?.unit,
        f.value,
        f.interval,
        f.samples,
        ...LEVELS.map((p) => f.distribution?.[p]),
        f.distribution?.max,
        parameters.join(' '),
      ])
    }
  for (const w of bench?.wallClock ?? [])
    rows.push([
      'wall clock',
      w.system,
      w.fix,
      w.path,
      'time per call',
      'ns',
      w.nanoseconds,
      (w.interval[1] - w.interval[0]) / 2,
      w.samples,
      ...LEVELS.map((p) => (p === 'p10' ? w.low : p === 'p90' ? w.high : undefined)),
    ])
  const width = rows[0]?.length ?? 0
  return rows.map((row) => Array.from({ length: width }, (_, i) => cell(row[i])).join(',') + '\r\n').join('')
}

/** A leading sign of a formula is defused: spreadsheets would run it. */
function cell(value: string | number | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
