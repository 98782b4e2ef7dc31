import { join } from 'node:path'
import { Command, Option } from 'commander'
import { storeBest } from '../fuzz/store.js'
import { writableFolder, writeAtomically } from '../folders.js'
import { asExpected, RESULTS_VERSION, type VerifyFile, type VerifyResult } from '../results.js'
import { digestOf } from '../verify/checkpoint.js'
import type { Budget } from '../verify/budget.js'
import { verify, type Task } from '../verify/verify.js'
import { parseBound, scenariosOf } from './bound.js'
import * as option from './options.js'
import { VerifyDisplay } from './verify-display.js'
import { explorationInWords } from './verify-words.js'

interface Options extends option.SubjectOptions {
  readonly bound?: Readonly<Record<string, number>>
  readonly scenario?: string
  readonly preemptions?: number
  readonly delays?: number
  readonly executions?: number
  readonly time?: number
  readonly resume?: boolean
  readonly workers: number
  readonly corpus: string
  readonly out: string
  readonly json?: boolean
}

export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('explore every execution of candidate fixes up to a bound')
    .argument('[system...]', 'the systems; all that declare bounds where none is named')
    .addOption(option.fixOption())
    .addOption(option.memoryModelOption())
    .addOption(
      new Option(
        '--bound <name=n,...>',
        "how large a world, in the system's terms (`rcufuzz list <system>` has them)",
      ).argParser(parseBound),
    )
    .addOption(
      new Option(
        '--scenario <name>',
        "one of the system's own scenarios instead; all: each that counts for the verdicts",
      ).conflicts('bound'),
    )
    .addOption(
      new Option(
        '--preemptions <n>',
        'only executions with up to n preemptions; first those with none, then one, ...',
      )
        .argParser(option.wholeNumber)
        .conflicts('delays'),
    )
    .addOption(
      new Option(
        '--delays <n>',
        'only executions with up to n departures from round robin; fewest first',
      ).argParser(option.wholeNumber),
    )
    .addOption(
      new Option('--executions <n>', 'give up a candidate after n executions').argParser(option.positive),
    )
    .addOption(
      new Option(
        '--time <duration>',
        'give up after this time for everything together: 30s, 5m, 8h',
      ).argParser(option.duration),
    )
    .option('--resume', 'go on where the same command was interrupted, or gave up')
    .addOption(option.workersOption())
    .option('--corpus <dir>', 'where minimized interleavings go', 'corpus')
    .option('--out <dir>', 'where the results file and checkpoints go', 'reports')
    .addOption(option.jsonOption())
    .action(async (systems: string[], options: Options) => {
      const file = await runVerify(systems, options)
      if (options.json) process.stdout.write(`${JSON.stringify(file, null, 2)}\n`)
      else process.stdout.write(`${explorationInWords(file.results).join('\n')}\n`)
      process.exitCode ||= exitCode(file.results)
    })
  return option.examples(command, [
    'verify                                                       everything, at the default bounds',
    'verify <system> --fix <name> --memory-model weak --bound readers=2',
    'verify <system> --fix ./my-fix.ts --scenario <name>          a fix file of your own',
    'verify <system> --preemptions 2 --time 5m                    the smallest counterexamples first',
    'verify <system> --time 1m; rcufuzz verify <system> --resume  go on where it gave up',
  ])
}

/** Each is as its file expects. A search that is not finished says nothing yet. */
const exitCode = (results: readonly VerifyResult[]): 0 | 1 =>
  results.every((r) => r.outcome === 'unfinished' || asExpected(r)) ? 0 : 1

async function runVerify(systems: readonly string[], options: Options): Promise<VerifyFile> {
  const tasks = await tasksOf(systems, options)
  writableFolder(options.out)
  writableFolder(options.corpus)
  const display = new VerifyDisplay(tasks)
  const abort = new AbortController()
  const interrupt = (): void => {
    process.exitCode = 130
    abort.abort()
  }
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    const verifications = await verify({
      tasks,
      workers: options.workers,
      signal: abort.signal,
      onProgress: (task, stand) => display.progress(task, stand),
      onDone: (task, { result }) => display.done(task, result),
    })
    const results: VerifyResult[] = []
    for (const { result, entry } of verifications) {
      const file = entry ? await storeBest(options.corpus, entry) : ''
      const violations = result.violations.map((v) => ({ ...v, file, command: `npx rcufuzz replay ${file}` }))
      results.push({ ...result, violations })
    }
    return await store(results, options.out)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    display.close()
  }
}

async function tasksOf(systems: readonly string[], options: Options): Promise<Task[]> {
  // Where no system is named, those that say what a bound means are.
  const selections = (await option.select(systems, options)).filter(
    ({ system }) => systems.length > 0 || system.bounds,
  )
  const budget: Budget | null =
    options.preemptions !== undefined
      ? { kind: 'preemptions', limit: options.preemptions }
      : options.delays !== undefined
        ? { kind: 'delays', limit: options.delays }
        : null
  const tasks = selections.flatMap((selection) => {
    const { scenarios, bound } = scenariosOf(selection.system, options)
    return option.jobsOf([selection], option.modelsOf(options.memoryModel)).map((job) => ({
      ...job,
      scenarios,
      bound,
      budget,
      executions: options.executions ?? null,
      checkpoint: join(options.out, checkpointName([job, scenarios, budget], job)),
      resume: options.resume ?? false,
    }))
  })
  const share =
    options.time === undefined ? null : Math.max(50, (options.time * options.workers) / tasks.length)
  return tasks.map((task) => ({ ...task, milliseconds: share }))
}

const checkpointName = (key: unknown, job: { system: string; fix: string; memoryModel: string }): string =>
  `verify-${job.system}-${job.fix.replace(/^.*\//, '').replace(/\W+/g, '-')}-${job.memoryModel}-${digestOf(key).slice(0, 8)}.checkpoint`

async function store(results: VerifyResult[], out: string): Promise<VerifyFile> {
  const head = {
    version: RESULTS_VERSION,
    kind: 'verify',
    command: option.commandLine(process.argv.slice(2)),
  } as const
  // A results file is the same whenever it is made: how long it took is for stdout only.
  const lasting = results.map((r) => ({ ...r, seconds: undefined }))
  writeAtomically(join(out, 'verify.json'), `${JSON.stringify({ ...head, results: lasting }, null, 2)}\n`)
  return { ...head, results }
}
