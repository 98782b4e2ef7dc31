import { Command } from 'commander'
import { choicesOf } from '../drivers/replay.js'
import { loadEntry, scheduleOf } from '../fuzz/corpus.js'
import { replayExactly } from '../fuzz/explain.js'
import { machineFor } from '../fuzz/program.js'
import { storeBest } from '../fuzz/store.js'
import { explain } from '../fuzz/finding.js'
import { enableSourceMaps } from '../trace/source.js'
import { UserError } from '../user-error.js'
import * as option from './options.js'
import { subjectOf } from './replay.js'

export function minimizeCommand(): Command {
  const command = new Command('minimize')
    .description('look for a shorter scenario and interleaving with the same violation')
    .argument('<file>', 'a file of the corpus')
    .option('--corpus <dir>', 'where the result goes', 'corpus')
    .addOption(option.jsonOption())
    .action(async (file: string, options: { corpus: string; json?: boolean }) => {
      enableSourceMaps()
      const entry = loadEntry(file)
      const subject = await subjectOf(entry, file, entry.fix)
      const schedule = scheduleOf(entry)
      const violation = replayExactly(subject, entry.scenario, schedule).violations.find(
        (v) => v.signature === entry.signature,
      )
      if (!violation)
        throw new UserError(
          `${file}: ${entry.signature} does not happen any more; there is nothing to minimize`,
        )
      const choices = choicesOf(machineFor(subject, entry.scenario), schedule)
      const small = explain(subject, entry.fix, {
        violation,
        execution: 1,
        scenario: entry.scenario,
        choices,
      })
      const path = storeBest(options.corpus, small.entry)
      if (options.json) process.stdout.write(`${JSON.stringify({ file: path, ...small.entry }, null, 2)}\n`)
      else
        process.stdout.write(
          `${path}: ${small.found.events} events, ${small.found.switches} context switches\n`,
        )
    })
  return option.examples(command, ['minimize crash.json', 'minimize crash.json --corpus my-corpus'])
}
