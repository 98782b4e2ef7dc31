import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { bench, type Subject } from '../bench/bench.js'
import { compare } from '../bench/compare.js'
import { readCosts } from '../bench/costfile.js'
import { COSTS } from '../bench/costs.js'
import { casesOf, type Sweep } from '../bench/workloads.js'
import { writableFolder, writeAtomically } from '../folders.js'
import { BENCH_VERSION, benchFileSchema, type BenchFile } from '../results.js'
import { UserError } from '../user-error.js'
import { changed, table } from './bench-table.js'
import * as option from './options.js'
import { readResults } from './results-file.js'
import { RCUFUZZ_VERSION } from './version.js'

interface Options {
  readonly fix?: readonly string[]
  readonly workload?: readonly string[]
  readonly sweep?: readonly Sweep[]
  readonly seed: number
  readonly replications?: number
  readonly cost?: string
  readonly workers?: number
  readonly quick?: boolean
  readonly out: string
  readonly compare?: string
  readonly threshold?: number
  readonly json?: boolean
}

/** Replications of every workload, and turns of the wall clock. */
const FULL = { replications: 5, rounds: 2 }
const QUICK = { replications: 4, rounds: 1 }

export function benchCommand(): Command {
  const command = new Command('bench')
    .description(
      'measure lookup latency and miss rate in simulated time, and the lookup paths by the wall clock',
    )
    .argument('[system...]', 'the systems; all where none is named')
    .addOption(option.fixOption())
    .option(
      '--workload <name or file>',
      'a workload by name, or a file of your own (.yaml, .json); repeatable',
      (value: string, all: string[] | undefined) => [...(all ?? []), value],
    )
    .option(
      '--sweep <parameter=a,b,c>',
      'every workload chosen (or the base) with each of these values; repeatable, all are combined',
      (value: string, all: Sweep[] | undefined) => [...(all ?? []), sweep(value)],
    )
    .addOption(option.seedOption())
    .option(
      '--replications <n>',
      `how often each is simulated, each time with other random numbers (default: ${FULL.replications})`,
      several,
    )
    .option('--cost <file>', 'costs of your own (.yaml, .json); `rcufuzz calibrate` writes such a file')
    .option('--workers <n>', 'threads that simulate (default: one a core)', option.positive)
    .option('--quick', 'fewer workloads, fewer replications')
    .option('--out <dir>', 'where the results file goes', 'reports')
    .option('--compare <file>', 'say what changed since this results file; exit 1 if anything is worse')
    .option('--threshold <percent>', 'with --compare: by how much worse is too much', percent, 5)
    .addOption(option.jsonOption())
    .action(async (systems: string[], options: Options) => {
      const before = options.compare === undefined ? null : readBefore(options.compare)
      const file = await runBench(systems, options)
      if (!before) {
        process.stdout.write(
          options.json ? `${JSON.stringify(file, null, 2)}\n` : `${table(file).join('\n')}\n`,
        )
        return
      }
      const comparison = compare(before, file)
      const threshold = options.threshold ?? 5
      const worse = comparison.changes.filter((c) => c.worse && Math.abs(c.relative) * 100 > threshold)
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ version: 1, threshold, worse: worse.length, ...comparison }, null, 2)}\n`
          : `${changed(comparison, worse, threshold, options.compare ?? '').join('\n')}\n`,
      )
      if (worse.length > 0) process.exitCode = 1
    })
  return option.examples(command, [
    'bench',
    'bench <system> --fix baseline --fix ./my-fix.ts --quick',
    'bench <system> --sweep vcpus=1,4,16,64 --sweep host=x86,arm64',
    'bench <system> --workload ./mine.yaml --cost ./my-costs.yaml',
    'bench --compare reports/bench.json --out new',
  ])
}

/** Measures, and writes the results file. */
export async function runBench(systems: readonly string[], options: Options): Promise<BenchFile> {
  const { quick = false, workload = [], sweep = [] } = options
  const selections = await option.select(systems, options)
  const measured = selections.filter((s) => s.system.bench)
  if (measured.length === 0)
    throw new UserError(
      `there is nothing to measure: ${selections.map((s) => s.system.name).join(', ')} has no benchmark`,
    )
  if (measured.length > 1 && (workload.length > 0 || sweep.length > 0))
    throw new UserError(
      `--workload and --sweep need to know whose they are: name one system of ${measured.map((s) => s.system.name).join(', ')}`,
    )
  const subjects = measured.map(({ system, candidates }): Subject => ({
    system,
    candidates,
    cases: casesOf(system, { workloads: workload, sweeps: sweep, quick }),
  }))
  const costs = options.cost === undefined ? COSTS : readCosts(options.cost)
  writableFolder(options.out)
  const size = quick ? QUICK : FULL
  const result = await bench({
    subjects,
    seed: options.seed,
    replications: options.replications ?? size.replications,
    costs,
    workers: options.workers ?? availableParallelism(),
    rounds: size.rounds,
    onProgress: progress,
  })
  const file: BenchFile = {
    version: BENCH_VERSION,
    kind: 'bench',
    seed: options.seed,
    command: option.commandLine(process.argv.slice(2)),
    environment: {
      rcufuzz: RCUFUZZ_VERSION,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
    },
    ...result,
  }
  writeAtomically(join(options.out, 'bench.json'), `${JSON.stringify(file, null, 1)}\n`)
  return file
}

function readBefore(path: string): BenchFile {
  const file = readResults(path, benchFileSchema, BENCH_VERSION)
  if (!file) throw new UserError(`there is no results file ${path}`)
  return file
}

function sweep(text: string): Sweep {
  const [parameter = '', list = ''] = text.split('=')
  const values = list.split(',').filter((v) => v !== '')
  if (parameter === '' || values.length === 0)
    throw new InvalidArgumentError('it must be a parameter and its values: vcpus=1,4,16,64')
  return { parameter, values: [...new Set(values)] }
}

function several(text: string): number {
  const n = option.wholeNumber(text)
  if (n < 2) throw new InvalidArgumentError('it must be at least 2: a figure of one has no interval')
  return n
}

function percent(text: string): number {
  const n = Number(text)
  if (!(n >= 0)) throw new InvalidArgumentError('it must be a number of percent')
  return n
}

let shown = -1

/** One line that is written over on a terminal; a line a twentieth elsewhere. */
function progress(text: string, fraction: number): void {
  const percent = Math.round(fraction * 100)
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\x1b[K${String(percent).padStart(3)} %  ${text}${fraction === 1 ? '\n' : ''}`)
  } else if (Math.floor(percent / 5) !== shown) {
    shown = Math.floor(percent / 5)
    process.stderr.write(`bench ${percent} %  ${text}\n`)
  }
}
