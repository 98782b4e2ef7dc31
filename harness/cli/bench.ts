import { join } from 'node:path'
import { Command } from 'commander'
import { bench } from '../bench/bench.js'
import { writableFolder, writeAtomically } from '../folders.js'
import { RESULTS_VERSION, type BenchFile } from '../results.js'
import { UserError } from '../user-error.js'
import * as option from './options.js'

interface Options {
  readonly fix?: readonly string[]
  readonly seed: number
  readonly quick?: boolean
  readonly out: string
  readonly json?: boolean
}

export function benchCommand(): Command {
  const command = new Command('bench')
    .description(
      'measure lookup latency and miss rate in simulated time, and the lookup paths by the wall clock',
    )
    .argument('[system...]', 'the systems; all where none is named')
    .addOption(option.fixOption())
    .addOption(option.seedOption())
    .option('--quick', 'fewer workloads, fewer replications')
    .option('--out <dir>', 'where the results file goes', 'reports')
    .addOption(option.jsonOption())
    .action(async (systems: string[], options: Options) => {
      const file = await runBench(systems, options)
      process.stdout.write(
        options.json ? `${JSON.stringify(file, null, 2)}\n` : `${table(file).join('\n')}\n`,
      )
    })
  return option.examples(command, [
    'bench',
    'bench <system> --fix baseline --fix nested-rcu-free --quick',
    'bench <system> --fix ./my-fix.ts --json',
  ])
}

/** Measures, and writes the results file. */
export async function runBench(systems: readonly string[], options: Options): Promise<BenchFile> {
  const selections = await option.select(systems, options)
  writableFolder(options.out)
  const file: BenchFile = {
    version: RESULTS_VERSION,
    kind: 'bench',
    seed: options.seed,
    command: option.commandLine(process.argv.slice(2)),
    costs: {},
    simulations: [],
    wallClock: [],
  }
  for (const { system, candidates } of selections) {
    if (!system.bench) continue
    const part = await bench({
      system,
      fixes: candidates.map((c) => ({ fix: c.fix, path: c.module })),
      seed: options.seed,
      quick: options.quick ?? false,
      onProgress: progress,
    })
    file.simulations.push(...part.simulations)
    file.wallClock.push(...part.wallClock)
    Object.assign(file.costs, part.costs)
  }
  if (file.simulations.length === 0)
    throw new UserError(
      `there is nothing to measure: ${selections.map((s) => s.system.name).join(', ')} has no benchmark`,
    )
  writeAtomically(join(options.out, 'bench.json'), `${JSON.stringify(file, null, 2)}\n`)
  return file
}

let shown = -1

/** One line that is written over on a terminal; a line a twentieth elsewhere. */
function progress(text: string, fraction: number): void {
  const percent = Math.round(fraction * 100)
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\x1b[K${String(percent).padStart(3)} %  ${text}${percent === 100 ? '\n' : ''}`)
  } else if (Math.floor(percent / 5) !== shown) {
    shown = Math.floor(percent / 5)
    process.stderr.write(`bench ${percent} %  ${text}\n`)
  }
}

/** Simulated latency and miss rate of every candidate, a workload a block. */
function table(file: BenchFile): string[] {
  const lines: string[] = []
  const width = Math.max(...file.simulations.map((s) => s.fix.length))
  for (const workload of new Set(file.simulations.map((s) => s.workload))) {
    lines.push(
      `${workload}: simulated ns a lookup`,
      `  ${''.padEnd(width)}     mean      p50      p99    p99.9   miss rate`,
    )
    for (const s of file.simulations.filter((r) => r.workload === workload)) {
      const numbers = [s.latency.mean, s.latency.p50, s.latency.p99, s.latency.p999].map((n) =>
        n.toFixed(1).padStart(8),
      )
      lines.push(
        `  ${s.fix.padEnd(width)} ${numbers.join(' ')}   ${(s.missRate * 100).toFixed(2).padStart(7)} %`,
      )
    }
    lines.push('')
    lines.push(
      ...ownMetrics(
        file.simulations.filter((s) => s.workload === workload),
        width,
      ),
    )
  }
  return lines
}

function ownMetrics(simulations: BenchFile['simulations'], width: number): string[] {
  const names = new Set(simulations.flatMap((s) => Object.keys(s.metrics)))
  return [...names].flatMap((name) => {
    const rows = simulations.flatMap((s) => {
      const m = s.metrics[name]
      if (!m) return []
      const text = `${m.value.toPrecision(4).padStart(12)} ± ${m.interval.toPrecision(2)} ${m.unit}`
      return [{ title: m.title, line: `  ${s.fix.padEnd(width)} ${text}` }]
    })
    return [`${rows[0]?.title ?? name}:`, ...rows.map((r) => r.line), '']
  })
}
