import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { writableFolder, writeAtomically } from '../folders.js'
import { parseWith, readJson } from '../fuzz/corpus.js'
import { renderReport } from '../report/report.js'
import { benchFileSchema, fuzzFileSchema, RESULTS_VERSION } from '../results.js'
import { UserError } from '../user-error.js'
import * as option from './options.js'

export function reportCommand(): Command {
  const command = new Command('report')
    .description('draw the results as one self-contained page')
    .option('--in <dir>', 'where fuzz.json and bench.json are', 'reports')
    .option('--out <dir>', 'where index.html goes', 'reports')
    .addOption(option.jsonOption())
    .action(async (options: { in: string; out: string; json?: boolean }) => {
      const page = await writeReport(options.in, options.out)
      process.stdout.write(options.json ? `${JSON.stringify({ version: 1, page })}\n` : `${page}\n`)
    })
  return option.examples(command, ['report', 'report --in night --out public'])
}

/** Reads the results files of a folder and writes the page; returns its path. */
export async function writeReport(from: string, out: string): Promise<string> {
  const fuzz = read(join(from, 'fuzz.json'), fuzzFileSchema)
  const bench = read(join(from, 'bench.json'), benchFileSchema)
  if (!fuzz && !bench)
    throw new UserError(
      `${from} has neither fuzz.json nor bench.json; \`rcufuzz fuzz\` and \`rcufuzz bench\` write them`,
    )
  writableFolder(out)
  const page = join(out, 'index.html')
  writeAtomically(page, renderReport({ fuzz, bench }))
  return page
}

function read<T>(path: string, schema: Parameters<typeof parseWith<T>>[0]): T | null {
  if (!existsSync(path)) return null
  const json = readJson(path)
  const version = (json as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version !== RESULTS_VERSION)
    throw new UserError(
      `${path}: this file has format version ${version}, this rcufuzz reads version ${RESULTS_VERSION}; make it again`,
    )
  return parseWith(schema, json, path)
}
