import { Command, Option } from 'commander'
import pc from 'picocolors'
import { loadEntry, scheduleOf, type Entry } from '../fuzz/corpus.js'
import { replayExactly, replayLeniently, type Explained } from '../fuzz/explain.js'
import { expectation, type Subject } from '../fuzz/program.js'
import { loadFix, loadSystem } from '../registry.js'
import { columns } from '../trace/columns.js'
import { litmusOf } from '../trace/litmus.js'
import { sourceListing } from '../trace/sources.js'
import { enableSourceMaps } from '../trace/source.js'
import { UserError } from '../user-error.js'
import * as option from './options.js'

interface Options {
  readonly fix?: readonly string[]
  readonly format: 'columns' | 'mail' | 'markdown' | 'litmus' | 'json'
  readonly json?: boolean
}

export function replayCommand(): Command {
  const command = new Command('replay')
    .description('run a stored interleaving again and print it in columns, a thread a column')
    .argument('<file>', 'a file of the corpus')
    .addOption(option.fixOption())
    .addOption(
      new Option(
        '--format <name>',
        "mail: 72 columns wide, to paste; markdown: fenced; litmus: its shape as a test in herd7's C dialect",
      )
        .choices(['columns', 'mail', 'markdown', 'litmus', 'json'])
        .default('columns'),
    )
    .addOption(option.jsonOption())
    .action(async (file: string, options: Options) => {
      enableSourceMaps()
      const entry = loadEntry(file)
      const references = options.fix ?? [entry.fix]
      for (const reference of references) await replayOn(entry, file, reference, options)
    })
  return option.examples(command, [
    'replay corpus/<system>/crash-….json',
    'replay crash.json --fix nested-rcu-free        the same interleaving on another candidate',
    'replay crash.json --format mail',
    'replay crash.json --format litmus > crash.litmus',
  ])
}

/** The candidate of an entry, or a clear word when it is gone. */
export async function subjectOf(entry: Entry, file: string, reference: string): Promise<Subject> {
  const system = await loadSystem(entry.system).catch((e: unknown) => {
    throw new UserError(`${file}: system: ${(e as Error).message}`)
  })
  const { fix } = await loadFix(system, reference).catch((e: unknown) => {
    throw new UserError(
      reference === entry.fix ? `${file}: fix: ${(e as Error).message}` : (e as Error).message,
    )
  })
  const scenario = system.scenario.safeParse(entry.scenario)
  if (!scenario.success) {
    const issue = scenario.error.issues[0]
    throw new UserError(
      `${file}: scenario.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is not valid'}`,
    )
  }
  return { system, fix, memoryModel: entry.memoryModel }
}

async function replayOn(entry: Entry, file: string, reference: string, options: Options): Promise<void> {
  const subject = await subjectOf(entry, file, reference)
  const own = reference === entry.fix
  let explained = own ? replayExactly(subject, entry.scenario, scheduleOf(entry)) : null
  const exact = explained?.violations.some((v) => v.signature === entry.signature) ?? false
  if (!explained || !exact) explained = replayLeniently(subject, entry.scenario, scheduleOf(entry))
  const again = explained.violations.some((v) => v.signature === entry.signature)
  print(entry, explained, options, `${subject.fix.name} under ${entry.memoryModel}`)
  const errors = explained.violations.filter((v) => v.severity === 'error')
  if (own && !again) {
    process.stderr.write(`${file}: ${entry.signature} does not happen any more\n`)
    process.exitCode = 1
  } else if (!own && errors.length > 0 && expectation(subject) === 'holds') process.exitCode = 1
}

function print(
  entry: Entry,
  { trace, violations, schedule }: Explained,
  options: Options,
  title: string,
): void {
  if (options.json || options.format === 'json') {
    process.stdout.write(
      `${JSON.stringify({ version: 1, system: entry.system, memoryModel: entry.memoryModel, scenario: entry.scenario, schedule, violations, trace }, null, 2)}\n`,
    )
    return
  }
  if (options.format === 'litmus') {
    process.stdout.write(litmusOf(trace, { name: `${entry.system}+${entry.fix}`, title }))
    return
  }
  const picture =
    options.format === 'columns'
      ? columns(trace, {
          width: process.stdout.columns || 120,
          source: true,
          ...(process.stdout.isTTY && { colour }),
        })
      : columns(trace, { width: 72 })
  const head = `${title}: ${violations.map((v) => v.signature).join(', ') || 'no violation'}`
  if (options.format === 'markdown') process.stdout.write(`**${head}**\n\n\`\`\`\n${picture}\n\`\`\`\n`)
  else if (options.format === 'mail') process.stdout.write(`${head}\n\n${picture}\n`)
  else process.stdout.write(`${head}\n\n${picture}\n${sourceListing(trace)}\n`)
}

/** The tones of `columns`. */
const TONES: { readonly [tone: string]: (s: string) => string } = {
  header: pc.bold,
  violation: pc.red,
  notice: pc.yellow,
  free: pc.red,
  cause: pc.yellow,
  object: pc.cyan,
  drain: pc.dim,
  muted: pc.dim,
}

const colour = (text: string, tone: string): string => (TONES[tone] ?? ((s: string) => s))(text)
