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
        scenarios: Object.entries(system.scenarios).map(([name, { title, apart = false }]) => ({
          name,
          title,
          apart,
        })),
        bounds: Object.entries(system.bounds?.parameters ?? {}).map(([name, p]) => ({ name, ...p })),
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
        describe(
          'Candidates',
          s.candidates.map(({ name, title }) => [name, title]),
        )
        if (systems.length === 0) continue
        describe('A candidate has', Object.entries(s.methods))
        describe(
          'Scenarios',
          s.scenarios.map(({ name, title, apart }) => [
            name,
            apart ? `${title} (apart: no part of the verdicts)` : title,
          ]),
        )
        describe(
          'Bounds of `verify`',
          s.bounds.map(({ name, title, ...p }) => [name, `${title}: ${p.default}, at most ${p.most}`]),
        )
      }
    })
  return option.examples(command, [
    'list',
    'list <system>           its scenarios and bounds, too',
    'list <system> --json',
  ])
}

/** A block of names, and what each is. */
function describe(head: string, lines: readonly (readonly [name: string, title: string])[]): void {
  if (lines.length === 0) return
  const width = Math.max(...lines.map(([name]) => name.length))
  process.stdout.write(`${head}:\n\n`)
  for (const [name, title] of lines) process.stdout.write(`  ${name.padEnd(width)}  ${title}\n`)
  process.stdout.write('\n')
}
