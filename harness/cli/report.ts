import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { z } from 'zod'
import { writableFolder, writeAtomically } from '../folders.js'
import { parseWith, readJson } from '../fuzz/corpus.js'
import { annotations } from '../report/annotations.js'
import { renderCsv } from '../report/csv.js'
import { junit } from '../report/junit.js'
import { renderMarkdown } from '../report/markdown.js'
import { renderReport, type ReportInput } from '../report/report.js'
import { changesSince, type Changes } from '../report/since.js'
import {
  asExpected,
  BENCH_VERSION,
  benchFileSchema,
  fuzzFileSchema,
  RESULTS_VERSION,
  verifyFileSchema,
  type FuzzFile,
} from '../results.js'
import { UserError } from '../user-error.js'
import * as option from './options.js'
import { readResults } from './results-file.js'

interface Options {
  readonly in: string
  readonly out: string
  readonly format: 'html' | 'md' | 'csv'
  readonly since?: string
  readonly junit?: string
  readonly annotations?: boolean
  readonly json?: boolean
}

export function reportCommand(): Command {
  const command = new Command('report')
    .description('draw the results as self-contained pages: the summary, and one for each system')
    .option('--in <dir>', 'where fuzz.json, bench.json and verify.json are', 'reports')
    .option('--out <dir>', 'where index.html and the pages go', 'reports')
    .addOption(
      new Option('--format <format>', 'pages; or on stdout, the summary as Markdown or all figures as CSV')
        .choices(['html', 'md', 'csv'])
        .default('html'),
    )
    .option('--since <dir>', 'also say what is new since the campaign in this folder')
    .option('--junit <file>', 'write the verdicts as JUnit XML too')
    .option('--annotations', 'print the verdicts as GitHub annotations')
    .addOption(option.jsonOption())
    .action((options: Options) => {
      if (options.format !== 'html') {
        const text = (options.format === 'md' ? renderMarkdown : renderCsv)(results(options.in))
        process.stdout.write(options.json ? `${JSON.stringify({ version: 1, text })}\n` : text)
        return
      }
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
    'report --format md',
    'report --in night --since last-night          exit 1 when something broke that should hold',
    'report --in night --junit junit.xml --annotations',
  ])
}

/** Reads the results files of a folder and writes the pages; returns the path of the first. */
export function writeReport(
  from: string,
  out: string,
  since?: string,
): { page: string; fuzz: FuzzFile | null; changes: Changes | null } {
  const input = results(from)
  const { fuzz } = input
  let changes: Changes | null = null
  if (since !== undefined) {
    const previous = readResults<FuzzFile>(join(since, 'fuzz.json'), fuzzFileSchema, RESULTS_VERSION)
    if (!previous || !fuzz) throw new UserError(`${previous ? from : since} has no fuzz.json to compare with`)
    changes = changesSince(previous, fuzz)
  }
  const pages = renderReport({ ...input, changes })
  writableFolder(out)
  for (const [name, html] of pages) writeAtomically(join(out, name), html)
  return { page: join(out, 'index.html'), fuzz, changes }
}

function results(from: string): ReportInput {
  const fuzz = readResults(join(from, 'fuzz.json'), fuzzFileSchema, RESULTS_VERSION)
  const bench = readResults(join(from, 'bench.json'), benchFileSchema, BENCH_VERSION)
  const verify = readResults(join(from, 'verify.json'), verifyFileSchema, RESULTS_VERSION)
  if (!fuzz && !bench && !verify)
    throw new UserError(
      `${from} has no fuzz.json, bench.json or verify.json; \`rcufuzz fuzz\`, \`bench\` and \`verify\` write them`,
    )
  const systems = new Set([...(fuzz?.results ?? []), ...(verify?.results ?? [])].map((r) => r.system))
  return { fuzz, bench, verify, matrices: Object.fromEntries([...systems].map((s) => [s, matrix(s)])) }
}

const CORPUS = fileURLToPath(new URL('../../../corpus/', import.meta.url))
const matrixSchema = z.record(z.string(), z.record(z.string(), z.array(z.string())))

/** What the stored interleavings of a system do to each candidate, as `npm test` holds it to be. */
function matrix(system: string): z.infer<typeof matrixSchema> {
  const path = join(CORPUS, system, 'matrix.json')
  return existsSync(path) ? parseWith(matrixSchema, readJson(path), path) : {}
}
