import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { writableFolder } from '../folders.js'
import { parseWith, readJson } from '../fuzz/corpus.js'
import { renderCsv } from '../report/csv.js'
import { renderMarkdown } from '../report/markdown.js'
import { renderReport, type ReportInput } from '../report/report.js'
import {
  BENCH_VERSION,
  benchFileSchema,
  fuzzFileSchema,
  RESULTS_VERSION,
  verifyFileSchema,
} from '../results.js'
import { UserError } from '../user-error.js'
import * as option from './options.js'
import { readResults } from './results-file.js'

interface Options {
  readonly in: string
  readonly out: string
  readonly format: 'html' | 'md' | 'csv'
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
    .addOption(option.jsonOption())
    .action(async (options: Options) => {
      if (options.format !== 'html') {
        const text = (options.format === 'md' ? renderMarkdown : renderCsv)(results(options.in))
        process.stdout.write(options.json ? `${JSON.stringify({ version: 1, text })}\n` : text)
        return
      }
      const page = await writeReport(options.in, options.out)
      process.stdout.write(options.json ? `${JSON.stringify({ version: 1, page })}\n` : `${page}\n`)
    })
  return option.examples(command, ['report', 'report --in night --out public', 'report --format md'])
}

/** Reads the results files of a folder and writes the pages; returns the path of the first. */
export async function writeReport(from: string, out: string): Promise<string> {
  const pages = renderReport(results(from))
  writableFolder(out)
  for (const [name, html] of pages) await writeFileAtomic(join(out, name), html)
  return join(out, 'index.html')
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
