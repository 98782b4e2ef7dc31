import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { writableFolder, writeAtomically } from '../folders.js'
import { parseWith, readJson } from '../fuzz/corpus.js'
import { annotations } from '../report/annotations.js'
import { junit } from '../report/junit.js'
import { renderReport } from '../report/report.js'
import { changesSince, type Changes } from '../report/since.js'
import {
  asExpected,
  benchFileSchema,
  fuzzFileSchema,
  RESULTS_VERSION,
  verifyFileSchema,
  type FuzzFile,
} from '../results.js'
import { UserError } from '../user-error.js'
import * as option from './options.js'

export function reportCommand(): Command {
  const command = new Command('report')
    .description('draw the results as one self-contained page')
    .option('--in <dir>', 'where fuzz.json, bench.json and verify.json are', 'reports')
    .option('--out <dir>', 'where index.html goes', 'reports')
    .option('--since <dir>', 'also say what is new since the campaign in this folder')
    .option('--junit <file>', 'write the verdicts as JUnit XML too')
    .option('--annotations', 'print the verdicts as GitHub annotations')
    .addOption(option.jsonOption())
    .action((options: Options) => {
      const { page, fuzz, changes } = writeReport(options.in, options.out, options.since)
      if (options.junit !== undefined && fuzz) {
        writableFolder(dirname(options.junit))
        writeAtomically(options.junit, junit(fuzz))
      }
      const lines = options.annotations && fuzz ? annotations(fuzz, changes) : []
      const news = changes?.appeared.map(({ result, violation }) => ({
        system: result.system,
        fix: result.fix,
        memoryModel: result.memoryModel,
        signature: violation.signature,
        command: violation.command,
      }))
      if (options.json)
        process.stdout.write(`${JSON.stringify({ version: 1, page, ...(news && { news }) })}\n`)
      else process.stdout.write([...lines, page, ''].join('\n'))
      if (changes?.appeared.some(({ result }) => !asExpected(result))) process.exitCode = 1
    })
  return option.examples(command, [
    'report',
    'report --in night --out public',
    'report --in night --since last-night          exit 1 when something broke that should hold',
    'report --in night --junit junit.xml --annotations',
  ])
}

interface Options {
  readonly in: string
  readonly out: string
  readonly since?: string
  readonly junit?: string
  readonly annotations?: boolean
  readonly json?: boolean
}

/** Reads the results files of a folder and writes the page. */
export function writeReport(
  from: string,
  out: string,
  since?: string,
): { page: string; fuzz: FuzzFile | null; changes: Changes | null } {
  const fuzz = read(join(from, 'fuzz.json'), fuzzFileSchema)
  const bench = read(join(from, 'bench.json'), benchFileSchema)
  const verify = read(join(from, 'verify.json'), verifyFileSchema)
  if (!fuzz && !bench && !verify)
    throw new UserError(
      `${from} has no fuzz.json, bench.json or verify.json; \`rcufuzz fuzz\`, \`bench\` and \`verify\` write them`,
    )
  const previous = since === undefined ? null : read(join(since, 'fuzz.json'), fuzzFileSchema)
  if (since !== undefined && (!previous || !fuzz))
    throw new UserError(`${previous ? from : since} has no fuzz.json to compare with`)
  const changes = previous && fuzz ? changesSince(previous, fuzz) : null
  writableFolder(out)
  const page = join(out, 'index.html')
  writeAtomically(page, renderReport({ fuzz, bench, verify, changes }))
  return { page, fuzz, changes }
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
