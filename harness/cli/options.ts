import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Target } from '../define.js'
import type { Job } from '../fuzz/tasks.js'
import { defaultWorkers } from '../fuzz/pool.js'
import { MEMORY_MODELS, type MemoryModelName } from '../machine/index.js'
import { loadFix, loadFixes, loadSystem, systemNames, type Candidate } from '../registry.js'
import { UserError } from '../user-error.js'

/** What `--fix`, `--memory-model` and the system arguments select. */
export interface SubjectOptions {
  readonly fix?: readonly string[]
  readonly memoryModel: MemoryModelName | 'all'
}

export interface Selection {
  readonly system: Target
  readonly candidates: readonly Candidate[]
}

export const seedOption = (): Option =>
  new Option('--seed <n>', 'decides everything that is left to chance').default(1).argParser(wholeNumber)

export const fixOption = (): Option =>
  new Option(
    '--fix <name or file>',
    'a candidate by name, or a fix file of your own (.ts, .js); repeatable',
  ).argParser((value: string, all: string[] | undefined) => [...(all ?? []), value])

export const memoryModelOption = (): Option =>
  new Option('--memory-model <model>', 'the machine to run on')
    .choices([...MEMORY_MODELS, 'all'])
    .default('all')

export const jsonOption = (): Option =>
  new Option('--json', 'print one JSON document on stdout; progress goes to stderr')

export function wholeNumber(value: string): number {
  const n = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(n))
    throw new InvalidArgumentError('it must be a whole number')
  return n
}

export function positive(value: string): number {
  const n = wholeNumber(value)
  if (n === 0) throw new InvalidArgumentError('it must be at least 1')
  return n
}

/** `30s`, `5m`, `8h`: milliseconds. */
export function duration(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value)
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? '']
  if (!match || unit === undefined)
    throw new InvalidArgumentError('it must be a number and a unit: 500ms, 30s, 5m, 8h')
  return Number(match[1]) * unit
}

/** Loads the systems and candidates that a command is about; all of them where nothing was said. */
export async function select(
  systems: readonly string[],
  options: Pick<SubjectOptions, 'fix'>,
): Promise<Selection[]> {
  const names = systems.length > 0 ? systems : systemNames()
  if (options.fix && names.length > 1)
    throw new UserError(`--fix needs to know whose fix it is: name one system of ${names.join(', ')}`)
  return Promise.all(
    [...new Set(names)].map(async (name) => {
      const system = await loadSystem(name)
      const candidates = options.fix
        ? await Promise.all(options.fix.map((reference) => loadFix(system, reference)))
        : await loadFixes(name)
      return { system, candidates }
    }),
  )
}

export const modelsOf = (model: SubjectOptions['memoryModel']): readonly MemoryModelName[] =>
  model === 'all' ? MEMORY_MODELS : [model]

export function jobsOf(selections: readonly Selection[], models: readonly MemoryModelName[]): Job[] {
  return selections.flatMap(({ system, candidates }) =>
    [...new Set(candidates.map((c) => c.reference))].flatMap((fix) =>
      models.map((memoryModel) => ({ system: system.name, fix, memoryModel })),
    ),
  )
}

export const workersOption = (): Option =>
  new Option('--workers <n>', 'worker threads; auto: one a core')
    .argParser((value: string) => (value === 'auto' ? defaultWorkers() : positive(value)))
    .default(defaultWorkers(), 'auto')

/** The address of a Redis server. */
export function redisUrl(value: string): string {
  if (!/^rediss?:\/\/[^/]/.test(value))
    throw new InvalidArgumentError('it must be the address of a Redis server, as redis://host:6379')
  return value
}

/** The command line that was given, for results files, less what has no part in the result. */
export function commandLine(argv: readonly string[]): string {
  const kept = argv.filter(
    (arg, i) =>
      !/^--(workers|queue)(=.*)?$|^--(json|resume)$/.test(arg) &&
      !/^--(workers|queue)$/.test(argv[i - 1] ?? ''),
  )
  return ['npx rcufuzz', ...kept].join(' ')
}

/** Lets a command fail as a usage error: exit 2, one message. */
export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((l) => `  $ rcufuzz ${l}`).join('\n')}\n`)
}
