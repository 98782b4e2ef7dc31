import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import writeFileAtomic from 'write-file-atomic'
import { writableFolder } from '../folders.js'
import { parseWith, readJson } from '../fuzz/corpus.js'
import { renderReport } from '../report/report.js'
import { benchFileSchema, fuzzFileSchema, RESULTS_VERSION, verifyFileSchema } from '../results.js'
import { UserError } from '../user-error.js'
import * as option from './options.js'

export function reportCommand(): Command {
  const command = new Command('report')
    .description('draw the results as one self-contained page')
    .option('--in <dir>', 'where fuzz.json, bench.json and verify.json are', 'reports')
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
  const verify = read(join(from, 'verify.json'), verifyFileSchema)
  if (!fuzz && !bench && !verify)
    throw new UserError(
      `${from} has no fuzz.json, bench.json or verify.json; \`rcufuzz fuzz\`, \`bench\` and \`verify\` write them`,
    )
  writableFolder(out)
  const page = join(out, 'index.html')
  await writeFileAtomic(page, renderReport({ fuzz, bench, verify }))
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
