import { Command, Option } from 'commander'
import { SAMPLERS } from '../drivers/samplers.js'
import type { FuzzFile } from '../results.js'
import { runCampaign, type CampaignOptions } from './campaign.js'
import * as option from './options.js'
import { exitCode, inWords } from './verdict.js'

interface Options extends Omit<CampaignOptions, 'corpus' | 'budget'> {
  readonly runs?: number
  readonly time?: number
  readonly corpus?: string
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
    .addOption(option.workersOption())
    .addOption(
      new Option('--queue <url>', 'let workers on other machines do it, through this Redis server').argParser(
        option.redisUrl,
      ),
    )
    .option('--corpus <dir>', 'where minimized interleavings go (default: corpus; with --out, its crashes)')
    .option('--out <dir>', 'the campaign folder: results, state, queue, statistics', 'reports')
    .option('--resume', 'go on with the campaign that --out holds, if it holds one')
    .addOption(option.jsonOption())
    .action(async (systems: string[], options: Options) => {
      const named = command.getOptionValueSource('out') === 'cli'
      const corpus = options.corpus ?? (named ? `${options.out}/crashes` : 'corpus')
      const given = (name: string): boolean => command.getOptionValueSource(name) === 'cli'
      const file = await runFuzz(systems, { ...options, corpus }, given)
      if (options.json) process.stdout.write(`${JSON.stringify(file, null, 2)}\n`)
      else {
        process.stdout.write(`${inWords(file.results).join('\n')}\n\n`)
        process.stdout.write(
          `Interleavings are in ${corpus}/; draw the report with: npx rcufuzz report --in ${options.out}\n`,
        )
      }
      process.exitCode ||= exitCode(file.results)
    })
  return option.examples(command, [
    'fuzz                                          everything, 50000 executions each',
    'fuzz <system> --fix baseline --memory-model sc --runs 10000',
    'fuzz <system> --fix ./my-fix.ts --time 30s    a fix file of your own',
    'fuzz --time 8h --out night --resume           overnight; the same command goes on after a crash',
    'fuzz --time 8h --out night --queue redis://host:6379',
    'fuzz <system> --engine jsfuzz --json',
  ])
}

/** Fuzzes, stores what was found, and writes the results file; returns what `--json` prints. */
export async function runFuzz(
  systems: readonly string[],
  options: Omit<CampaignOptions, 'budget'> & { readonly runs?: number; readonly time?: number },
  given: (option: string) => boolean = () => true,
): Promise<FuzzFile> {
  const { runs = DEFAULT_RUNS, time } = options
  const budget = time === undefined ? { runs } : { milliseconds: time }
  return runCampaign(systems, { ...options, budget }, given)
}
