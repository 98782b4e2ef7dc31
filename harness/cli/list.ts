import { Command } from 'commander'
import pc from 'picocolors'
import { expectation } from '../fuzz/program.js'
import { MEMORY_MODELS } from '../machine/index.js'
import * as option from './options.js'

export function listCommand(): Command {
  const command = new Command('list')
    .description('the systems, their candidate fixes, and what each claims')
    .argument('[system...]')
    .addOption(option.jsonOption())
    .action(async (systems: string[], options: { json?: boolean }) => {
      const selections = await option.select(systems, {})
      const listed = selections.map(({ system, candidates }) => ({
        system: system.name,
        title: system.title,
        source: system.source,
        methods: system.methods,
        scenarios: Object.entries(system.scenarios).map(([name, { title }]) => ({ name, title })),
        candidates: candidates.map(({ fix }) => ({
          name: fix.name,
          title: fix.title,
          source: fix.source,
          expect: Object.fromEntries(
            MEMORY_MODELS.map((memoryModel) => {
              const e = expectation({ system, fix, memoryModel })
              return [memoryModel, e === 'holds' ? 'holds' : e.broken]
            }),
          ),
        })),
      }))
      if (options.json) {
        process.stdout.write(`${JSON.stringify(listed, null, 2)}\n`)
        return
      }
      for (const s of listed) {
        process.stdout.write(`${pc.bold(s.system)}  ${s.title}\n  ${pc.dim(s.source)}\n\n`)
        const width = Math.max(...s.candidates.map((c) => c.name.length))
        for (const c of s.candidates) process.stdout.write(`  ${c.name.padEnd(width)}  ${c.title}\n`)
        process.stdout.write('\n')
      }
    })
  return option.examples(command, ['list', 'list <system> --json'])
}
