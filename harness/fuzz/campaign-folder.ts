import { createHash } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { MEMORY_MODELS } from '../machine/index.js'
import { writableFolder, writeAtomically } from '../folders.js'
import { fuzzResultSchema, violationSchema } from '../results.js'
import { entrySchema, parseWith, readJson, slug } from './corpus.js'
import { logLine, type Input } from './input.js'
import type { Saved, Standing } from './standing.js'
import type { Job } from './tasks.js'

export const CAMPAIGN_VERSION = 1

const job = z.object({ system: z.string(), fix: z.string(), memoryModel: z.enum(MEMORY_MODELS) })

/** What a campaign is, and how far its time has run. */
const campaignSchema = z.object({
  format: z.literal('rcufuzz campaign'),
  version: z.literal(CAMPAIGN_VERSION),
  command: z.string().describe('that began it'),
  settings: z.object({ seed: z.int(), engine: z.enum(['structural', 'jsfuzz']), driver: z.string() }),
  budget: z.union([z.object({ runs: z.int() }), z.object({ milliseconds: z.number() })]),
  spentMilliseconds: z.number().optional().describe('of a budget in time'),
  jobs: z.array(job),
  corpus: z.string().describe('where its crashes are'),
  complete: z.boolean(),
})

export type CampaignFile = z.infer<typeof campaignSchema>

const choices = z.object({
  agents: z.array(z.int()),
  steps: z.int(),
  values: z.array(z.int()),
  valueCount: z.int(),
})

const inputSchema = z.object({
  scenario: z.unknown(),
  choices,
  points: z.array(z.int().min(0)),
  execution: z.int(),
  bytes: z.string().optional(),
})

const finding = z.object({ violation: violationSchema, execution: z.int(), scenario: z.unknown(), choices })

const problem = z.object({
  problem: z.enum(['throws', 'hangs', 'runs out of memory', 'dies']),
  message: z.string(),
  fix: z.string(),
  scenario: z.unknown().optional(),
})

/** A job's file: where it stands, and its queue of inputs. */
const jobSchema = z.object({
  format: z.literal('rcufuzz queue'),
  version: z.literal(CAMPAIGN_VERSION),
  job,
  position: z.int().min(0),
  executions: z.int().min(0),
  steps: z.int().min(0),
  lastNew: z.int().min(0),
  starts: z.tuple([z.int(), z.int()]),
  known: z.array(
    z.object({
      finding,
      explanation: z
        .object({ entry: entrySchema, found: fuzzResultSchema.shape.violations.element })
        .nullable(),
      tried: z.record(z.string(), z.array(finding)).nullable(),
    }),
  ),
  series: z.array(z.object({ executions: z.int(), points: z.int() })),
  finished: z.array(
    z.tuple([
      z.int(),
      z.union([
        problem,
        z.object({
          executions: z.int(),
          steps: z.int(),
          findings: z.array(finding),
          inputs: z.array(inputSchema),
        }),
      ]),
    ]),
  ),
  problem: problem.nullable(),
  inputs: z.array(inputSchema),
})

/**
 * A campaign on disk: `state.json` says what it is, `queue/` has a file a job. Each file is whole by itself
 * and written all or nothing, so whatever was killed when, the campaign goes on from what is there.
 */
export class CampaignFolder {
  constructor(readonly dir: string) {}

  private get statePath(): string {
    return join(this.dir, 'state.json')
  }

  /** The file of a job: named for it, and told by a hash from others that would be named the same. */
  pathOf(of: Job): string {
    const hash = createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 8)
    const name = slug(of.fix.replace(/^.*\//, '').replace(/\.[jt]s$/, ''))
    return join(this.dir, 'queue', of.system, `${name}-${of.memoryModel}-${hash}.json`)
  }

  /** The campaign that is there, if there is one. */
  load(): CampaignFile | null {
    return existsSync(this.statePath)
      ? parseWith(campaignSchema, readJson(this.statePath), this.statePath)
      : null
  }

  /** Makes room for a new campaign. */
  clear(): void {
    rmSync(this.statePath, { force: true })
    rmSync(join(this.dir, 'queue'), { recursive: true, force: true })
  }

  save(file: CampaignFile): void {
    writeAtomically(this.statePath, `${JSON.stringify(file, null, 2)}\n`)
  }

  saveJob(standing: Standing): void {
    const path = this.pathOf(standing.job)
    const head = { format: 'rcufuzz queue', version: CAMPAIGN_VERSION, ...standing.save() }
    const lines = standing.inputs.map((line) => line.trimEnd()).join(',\n')
    writableFolder(dirname(path))
    writeAtomically(path, `${JSON.stringify(head).slice(0, -1)},"inputs":[\n${lines}\n]}\n`)
    standing.changed = false
  }

  /** Brings a job to where it was saved, if it was. */
  restoreJob(standing: Standing): void {
    const path = this.pathOf(standing.job)
    if (!existsSync(path)) return
    const json = readJson(path)
    parseWith(jobSchema, json, path)
    // The file's own order of keys, not the schema's: results are to be the same to the byte.
    const { inputs, ...saved } = json as Saved & { readonly inputs: readonly Input[] }
    standing.restore(saved, inputs.map(logLine))
  }
}

/** Every job file below a campaign's folder. */
export function queueFiles(dir: string): string[] {
  const queue = join(dir, 'queue')
  if (!existsSync(queue)) return []
  return (readdirSync(queue, { recursive: true }) as string[])
    .filter((f) => f.endsWith('.json'))
    .sort()
    .map((f) => join(queue, f))
}
