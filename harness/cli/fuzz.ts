import { join } from 'node:path'
import { Command, Option } from 'commander'
import writeFileAtomic from 'write-file-atomic'
import { SAMPLERS } from '../drivers/samplers.js'
import { storeBest } from '../fuzz/store.js'
import { defaultWorkers, fuzz, type FuzzOptions } from '../fuzz/fuzz.js'
import type { CampaignReport } from '../fuzz/worker.js'
import { RESULTS_VERSION, type FuzzFile, type FuzzResult } from '../results.js'
import { writableFolder } from '../folders.js'
import { displayFor } from './display.js'
import * as option from './options.js'
import { exitCode, inWords } from './verdict.js'

interface Options extends option.SubjectOptions {
  readonly runs?: number
  readonly time?: number
  readonly seed: number
  readonly driver: string
  readonly engine: 'structural' | 'jsfuzz'
  readonly workers: number
  readonly corpus: string
  readonly out: string
  readonly json?: boolean
}

/** Executions a campaign where neither `--runs` nor `--time` is given. */
const DEFAULT_RUNS = 50_000

export function fuzzCommand(): Command {
  const command = new Command('fuzz')
    .description(
      'search candidate fixes for interleavings that break them; minimize what breaks into the corpus',
    )
    .argument('[system...]', 'the systems; all where none is named')
    .addOption(option.fixOption())
    .addOption(option.memoryModelOption())
    .addOption(
      new Option('--runs <n>', `executions a candidate and memory model (default ${DEFAULT_RUNS})`)
        .argParser(option.positive)
        .conflicts('time'),
    )
    .addOption(
      new Option('--time <duration>', 'time for everything together: 30s, 5m, 8h').argParser(option.duration),
    )
    .addOption(option.seedOption())
    .addOption(
      new Option('--driver <name>', 'how schedules are sampled')
        .choices(Object.keys(SAMPLERS))
        .default('mixed'),
    )
    .addOption(
      new Option('--engine <name>', 'who makes the inputs')
        .choices(['structural', 'jsfuzz'])
        .default('structural'),
    )
    .addOption(
      new Option('--workers <n>', 'worker threads').argParser(option.positive).default(defaultWorkers()),
    )
    .option('--corpus <dir>', 'where minimized interleavings go', 'corpus')
    .option('--out <dir>', 'where the results file goes', 'reports')
    .addOption(option.jsonOption())
    .action(async (systems: string[], options: Options) => {
      const file = await runFuzz(systems, options)
      if (options.json) process.stdout.write(`${JSON.stringify(file, null, 2)}\n`)
      else {
        process.stdout.write(`${inWords(file.results).join('\n')}\n\n`)
        process.stdout.write(
          `Interleavings are in ${options.corpus}/; draw the report with: npx rcufuzz report --in ${options.out}\n`,
        )
      }
      process.exitCode ||= exitCode(file.results)
    })
  return option.examples(command, [
    'fuzz                                          everything, 50000 executions each',
    'fuzz <system> --fix baseline --memory-model sc --runs 10000',
    'fuzz <system> --fix ./my-fix.ts --time 30s    a fix file of your own',
    'fuzz <system> --engine jsfuzz --json',
  ])
}

/** Fuzzes, stores what was found, and writes the results file; returns what `--json` prints. */
export async function runFuzz(systems: readonly string[], options: Options): Promise<FuzzFile> {
  const selections = await option.select(systems, options)
  const jobs = option.jobsOf(selections, option.modelsOf(options.memoryModel))
  writableFolder(options.out)
  writableFolder(options.corpus)
  const display = displayFor(jobs)
  const abort = new AbortController()
  const interrupt = (): void => abort.abort()
  process.once('SIGINT', interrupt)
  const finished: CampaignReport[] = []
  const budget: FuzzOptions['budget'] =
    options.time !== undefined ? { milliseconds: options.time } : { runs: options.runs ?? DEFAULT_RUNS }
  try {
    const reports = await fuzz({
      jobs,
      seed: options.seed,
      budget,
      engine: options.engine,
      driver: options.driver,
      workers: options.workers,
      signal: abort.signal,
      onProgress: (job, p) => display.progress(job, p),
      onDone: (job, report) => {
        finished.push(report)
        display.done(job, report.result)
      },
    }).catch((e: unknown) => {
      if (!abort.signal.aborted) throw e
      process.exitCode = 130
      return finished
    })
    return await store(reports, options)
  } finally {
    process.off('SIGINT', interrupt)
    await display.close()
  }
}

async function store(reports: readonly CampaignReport[], options: Options): Promise<FuzzFile> {
  const results: FuzzResult[] = []
  for (const { result, entries } of reports) {
    const violations = []
    for (const [i, violation] of result.violations.entries()) {
      const file = await storeBest(options.corpus, entries[i] as CampaignReport['entries'][number])
      violations.push({ ...violation, file, command: `npx rcufuzz replay ${file}` })
    }
    results.push({ ...result, violations })
  }
  const { seed, out } = options
  const head = {
    version: RESULTS_VERSION,
    kind: 'fuzz',
    seed,
    command: option.commandLine(process.argv.slice(2)),
  } as const
  // A results file is the same for the same seed and number of runs: how long it took is for stdout only.
  const lasting = results.map((r) => ({ ...r, seconds: undefined }))
  await writeFileAtomic(join(out, 'fuzz.json'), `${JSON.stringify({ ...head, results: lasting }, null, 2)}\n`)
  return { ...head, results }
}
