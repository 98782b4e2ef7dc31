import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { observation } from '../litmus/answer.js'
import { found } from '../litmus/judge.js'
import { LITMUS_MODELS, runLitmus, type LitmusModel, type Report } from '../litmus/litmus.js'
import { print } from '../litmus/print.js'
import { UserError } from '../user-error.js'
import * as option from './options.js'

interface Options {
  readonly memoryModel: LitmusModel
  readonly bound?: number
  readonly json?: boolean
}

/** One test that was run. */
interface Run {
  readonly file: string
  readonly report: Report
  readonly milliseconds: number
}

export function litmusCommand(): Command {
  const command = new Command('litmus')
    .description("answer litmus tests in herd7's C dialect, under the kernel's memory model or the machine's")
    .argument('<file or folder...>', 'tests, and folders that hold *.litmus at any depth')
    .addOption(
      new Option('--memory-model <model>', "lkmm: the kernel's; else the machine's")
        .choices([...LITMUS_MODELS])
        .default('lkmm'),
    )
    .addOption(
      new Option('--bound <n>', 'work a test may take before it is cut short').argParser(option.positive),
    )
    .addOption(option.jsonOption())
    .action((paths: string[], options: Options) => litmus(paths, options))
  return option.examples(command, [
    'litmus corpus/litmus/MP+wmb+rmb.litmus',
    'litmus ~/linux/tools/memory-model/litmus-tests',
    'litmus corpus/litmus --memory-model weak --json',
  ])
}

function litmus(paths: readonly string[], options: Options): void {
  const files = paths.flatMap(testsAt)
  const each = paths.every((path) => !statSync(path).isDirectory())
  const runs: Run[] = []
  for (const file of files) {
    const run = runFile(file, options)
    runs.push(run)
    if (options.json) continue
    if (each) printRun(run)
    else if (!FINE.includes(run.report.verdict)) process.stdout.write(`${inOneLine(run)}\n`)
  }
  if (options.json) process.stdout.write(`${JSON.stringify(document(runs, options), null, 2)}\n`)
  else if (!each || runs.length > 1) process.stdout.write(inWords(runs))
  if (runs.some(({ report }) => report.verdict === 'disagreed')) process.exitCode = 1
  else if (each && runs.some(({ report }) => report.verdict === 'unsupported')) process.exitCode = 2
}

const FINE: readonly string[] = ['agreed', 'forgiven', 'stronger', 'no-result']

function testsAt(path: string): string[] {
  if (!existsSync(path)) throw new UserError(`${path}: there is no such file or folder`)
  if (!statSync(path).isDirectory()) return [path]
  const files = (readdirSync(path, { recursive: true }) as string[])
    .filter((f) => f.endsWith('.litmus'))
    .sort()
  if (files.length === 0) throw new UserError(`${path}: there are no *.litmus files in this folder`)
  return files.map((f) => join(path, f))
}

function runFile(file: string, options: Options): Run {
  const start = performance.now()
  const report = runLitmus(readFileSync(file, 'utf8'), options.memoryModel, options.bound)
  return { file, report, milliseconds: performance.now() - start }
}

function printRun(run: Run): void {
  const { report, milliseconds } = run
  if (report.verdict !== 'unsupported')
    process.stdout.write(`${print(report.test, report.answer, milliseconds)}\n`)
  if (!FINE.includes(report.verdict)) process.stderr.write(`${inOneLine(run)}\n`)
}

function inOneLine({ file, report }: Run): string {
  if (report.verdict === 'unsupported') {
    const { at, what } = report.problem
    return `${file}${at ? `:${at.line}:${at.column}` : ''}: unsupported: ${what}`
  }
  const { answer, header, verdict } = report
  const race = (yes: boolean): string => (yes ? ' DATARACE' : '')
  const is = `${found(answer)}${race(answer.flags.includes('data-race'))}`
  if (verdict === 'bounded') return `${file}: bounded: ${answer.bounds.join(', ')}`
  return `${file}: disagreed: the header says ${header ? header.result + race(header.dataRace) : 'nothing'}, found ${is}`
}

/** How many tests came out which way, and what they took. */
function summary(runs: readonly Run[]): Record<string, unknown> {
  const count = (verdict: Report['verdict']): number =>
    runs.filter((r) => r.report.verdict === verdict).length
  const ways: Record<string, number> = {}
  for (const { report } of runs) {
    if (report.verdict !== 'disagreed') continue
    const way = `${report.header?.result ?? ''} found ${found(report.answer)}`
    ways[way] = (ways[way] ?? 0) + 1
  }
  const times = runs.map((r) => r.milliseconds).sort((a, b) => a - b)
  const rounded = (ms: number | undefined): number => Math.round((ms ?? 0) * 10) / 10
  return {
    tests: runs.length,
    agreed: count('agreed'),
    forgiven: count('forgiven'),
    stronger: count('stronger'),
    disagreed: count('disagreed'),
    ways,
    unsupported: count('unsupported'),
    bounded: count('bounded'),
    withoutResult: count('no-result'),
    milliseconds: {
      total: rounded(times.reduce((a, b) => a + b, 0)),
      median: rounded(times[times.length >> 1]),
      longest: rounded(times.at(-1)),
    },
  }
}

function inWords(runs: readonly Run[]): string {
  const s = summary(runs)
  const ways = Object.entries(s['ways'] as Record<string, number>).map(([way, n]) => `${way}: ${n}`)
  const { total, median, longest } = s['milliseconds'] as Record<string, number>
  const optional = (n: unknown, text: string): string => (n === 0 ? '' : `, ${String(n)} ${text}`)
  return (
    `${String(s['tests'])} tests: ${String(s['agreed'])} agreed` +
    optional(s['forgiven'], 'forgiven for a data race') +
    optional(s['stronger'], 'not shown by this stronger model') +
    `, ${String(s['disagreed'])} disagreed${ways.length ? ` (${ways.join(', ')})` : ''}, ` +
    `${String(s['unsupported'])} unsupported` +
    optional(s['bounded'], 'cut short') +
    optional(s['withoutResult'], 'without a result to compare') +
    `; ${((total ?? 0) / 1000).toFixed(1)} s, median ${String(median)} ms, longest ${String(longest)} ms\n`
  )
}

function document(runs: readonly Run[], { memoryModel }: Options): unknown {
  return {
    version: 1,
    memoryModel,
    tests: runs.map(({ file, report, milliseconds }) => ({
      file,
      verdict: report.verdict,
      ...(report.verdict === 'unsupported'
        ? { message: report.problem.what, ...report.problem.at }
        : {
            name: report.test.name,
            expected: report.header,
            observation: observation(report.answer),
            ...report.answer,
          }),
      milliseconds: Math.round(milliseconds * 10) / 10,
    })),
    summary: summary(runs),
  }
}
