import type { BenchFile } from '../results.js'
import { against, inShort } from './against.js'
import { arrange, isVerified, kinds, type Candidate, type Findings, type System } from './findings.js'
import { count, plural, within } from './format.js'
import { mainOf, metricsOf } from './metrics.js'
import type { ReportInput } from './report.js'
import { sentences } from './sentences.js'
import { inWords, study } from './study.js'

/** The summary for a mail or a pull request: what the first page says, in Markdown that reads as plain text. */
export function renderMarkdown({ fuzz, bench, verify = null }: ReportInput): string {
  const findings = arrange(fuzz, bench, verify)
  const lines = [
    '# rcufuzz report',
    '',
    ...findings.systems.flatMap((system) => ofSystem(system, findings, bench)),
    ...(fuzz ? [`Campaign, seed ${fuzz.seed}: \`${line(fuzz.command)}\``] : []),
    ...(bench ? [`Benchmark, seed ${bench.seed}: \`${line(bench.command)}\``] : []),
    '',
    'Surviving is no proof. Costs are simulated time: they compare candidates, they measure no hardware.',
  ]
  return `${lines.join('\n')}\n`
}

function ofSystem(system: System, findings: Findings, bench: BenchFile | null): string[] {
  const broken = system.candidates.filter((c) => c.broken).length
  const fuzzed = system.candidates.filter((c) => c.judged).length
  return [
    `## ${text(system.name)}`,
    '',
    fuzzed === 0 ? 'Not searched.' : `${count(broken)} of ${plural(fuzzed, 'candidate')} broken.`,
    '',
    ...sentences(system, bench).map(({ candidate, safety, cost }) =>
      text(`- ${candidate.name} ${safety}${cost === '' ? '' : `; ${cost}`}.`),
    ),
    '',
    ...table(system, findings, bench),
    '',
  ]
}

function table(system: System, findings: Findings, bench: BenchFile | null): string[] {
  const cost = bench ? study(bench.simulations, system.name) : null
  const [first] = cost?.base ?? []
  const metrics = bench && cost ? mainOf(metricsOf(bench, system.name, cost.base)) : []
  const head = [
    'Candidate',
    ...findings.models,
    ...metrics.flatMap((m) => [m.title, `against ${first?.fix ?? ''}`]),
  ]
  const differences = new Map(metrics.map((m) => [m.name, against(cost?.base ?? [], m.name)]))
  const rows = system.candidates.map((c) => [
    c.name,
    ...findings.models.map((model) => verdict(c, model)),
    ...metrics.flatMap((m) => {
      const f = cost?.base.find((s) => s.fix === c.name)?.metrics[m.name]
      if (!f) return ['–', '–']
      return [
        within(f.value, f.interval, m.unit),
        c.name === first?.fix ? '–' : inShort(differences.get(m.name)?.get(c.name)),
      ]
    }),
  ])
  const cells = [head, ...rows].map((row) => row.map(text))
  const widths = head.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)))
  const print = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const [top = [], ...body] = cells
  return [
    ...(first
      ? [text(`Costs: workload ${first.workload} (${inWords(cost?.parameters ?? {})}), ± 95 %.`), '']
      : []),
    print(top),
    `| ${widths.map((w) => '-'.repeat(w)).join(' | ')} |`,
    ...body.map(print),
  ]
}

function verdict(candidate: Candidate, model: Findings['models'][number]): string {
  const v = candidate.verdicts.get(model)
  if (!v) return 'not run'
  if (v.findings.length > 0) return `BROKEN: ${kinds(v.findings).join(', ')}`
  if (isVerified(v)) return 'verified'
  return v.executions > 0 ? `survived ${count(v.executions)}` : 'unfinished'
}

/** Nothing that a results file says may end a line or a cell. */
const line = (s: string): string => s.replace(/[\r\n`]+/g, ' ').replace(/<(?=[a-z/!?])/gi, '&lt;')
const text = (s: string): string => line(s).replace(/\|/g, '\\|')
