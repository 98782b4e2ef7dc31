import { resolve } from 'node:path'
import { Command } from 'commander'
import { defaultWorkers } from '../fuzz/pool.js'
import { runBench } from './bench.js'
import { runFuzz } from './fuzz.js'
import * as option from './options.js'
import { writeReport } from './report.js'
import { exitCode, inWords, residualRisk } from './verdict.js'

interface Options {
  readonly runs: number
  readonly seed: number
  readonly out: string
  readonly json?: boolean
}

export function runCommand(): Command {
  const command = new Command('run')
    .description(
      'the main job: fuzz every candidate of every system for a short while, measure them, draw the report',
    )
    .argument('[system...]', 'the systems; all where none is named')
    .option('--runs <n>', 'executions a candidate and memory model', option.positive, 40_000)
    .addOption(option.seedOption())
    .option('--out <dir>', 'where everything goes', 'reports')
    .addOption(option.jsonOption())
    .action(async (systems: string[], options: Options) => {
      const { runs, seed, out } = options
      const fuzz = await runFuzz(systems, {
        runs,
        seed,
        out,
        corpus: `${out}/corpus`,
        memoryModel: 'all',
        driver: 'mixed',
        engine: 'structural',
        workers: defaultWorkers(),
      })
      if (process.exitCode === 130) return
      await runBench(systems, { seed, out, quick: true })
      const { page } = writeReport(out, out)
      process.exitCode = exitCode(fuzz.results)
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ version: 1, page, fuzz }, null, 2)}\n`)
        return
      }
      process.stdout.write(
        [
          '',
          `What ${runs} executions a candidate and memory model found (for more, \`npx rcufuzz fuzz --time 8h\`):`,
          '',
          ...inWords(fuzz.results),
          '',
          `"Survived" is no proof: the risk of a violation is ${residualRisk(runs)}, in the scenarios that were tried.`,
          `Each broken candidate's shortest interleaving, and what every candidate costs: ${resolve(page)}`,
          `The same interleavings as files to replay: ${resolve(out, 'corpus')}`,
          '',
        ].join('\n'),
      )
    })
  return option.examples(command, ['run', 'run <system> --runs 200000'])
}
