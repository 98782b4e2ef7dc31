import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { MEMORY_MODELS } from '../machine/index.js'
import type { Schedule } from '../drivers/schedule.js'
import { writableFolder, writeAtomically } from '../folders.js'
import { UserError } from '../user-error.js'

export const CORPUS_VERSION = 1

const anchor = z.object({ operation: z.string(), nth: z.int().min(1) })

const turn = z.object({ agent: z.string(), steps: z.int().min(1), until: anchor.optional() })

const pick = z.object({ agent: z.string(), at: anchor, choice: z.int().min(0), value: z.int().min(0) })

/** A stored interleaving: everything that replays it, and a picture of it for whoever opens the file. */
export const entrySchema = z.object({
  format: z.literal('rcufuzz interleaving'),
  version: z.literal(CORPUS_VERSION),
  system: z.string(),
  fix: z.string().describe("a built-in candidate's name, or the path of a fix file"),
  memoryModel: z.enum(MEMORY_MODELS),
  signature: z.string(),
  message: z.string(),
  replay: z.string().describe('the command that replays this file'),
  scenario: z.unknown(),
  schedule: z.object({ turns: z.array(turn), picks: z.array(pick) }),
  picture: z.array(z.string()).describe('the interleaving in columns; not read'),
})

export type Entry = z.infer<typeof entrySchema>

/** The file name comes from what is in the file, so that the same finding is the same file. */
export function entryName(entry: Entry): string {
  const { system, fix, memoryModel, signature, scenario, schedule } = entry
  const content = JSON.stringify([system, fix, memoryModel, signature, scenario, schedule])
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 10)
  return `crash-${slug(fix.replace(/^.*\//, '').replace(/\.[jt]s$/, ''))}-${memoryModel}-${slug(signature)}-${hash}.json`
}

export const slug = (s: string): string =>
  s
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)
    .toLowerCase()

/** Writes an entry to `dir`/system/name, all or nothing; returns the path. */
export function storeEntry(dir: string, entry: Entry, path: string): void {
  try {
    writableFolder(join(dir, entry.system))
    writeAtomically(path, `${JSON.stringify(entry, null, 2)}\n`)
  } catch (e) {
    throw new UserError(`cannot write ${path}: ${(e as Error).message}`)
  }
}

export const entryPath = (dir: string, entry: Entry): string => join(dir, entry.system, entryName(entry))

/** Reads and checks a stored interleaving. */
export function loadEntry(path: string): Entry {
  const json = readJson(path)
  const version = (json as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version !== CORPUS_VERSION)
    throw new UserError(
      `${path}: this file has format version ${version}, this rcufuzz reads version ${CORPUS_VERSION}; find the crash again with \`rcufuzz fuzz\``,
    )
  return parseWith(entrySchema, json, path)
}

/** Parsed JSON of a file, or an error that names the file and the place. */
export function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (e) {
    throw new UserError(`cannot read ${path}: ${(e as Error).message}`)
  }
  try {
    return JSON.parse(text)
  } catch (e) {
    throw new UserError(`${path} is not valid JSON (${(e as Error).message}); is the file complete?`)
  }
}

/** Validates parsed JSON; the error names the file and the JSON path. */
export function parseWith<T>(schema: z.ZodType<T>, json: unknown, path: string): T {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const problems = result.error.issues
    .slice(0, 5)
    .map((i) => `  ${path}: ${i.path.join('.') || '(top)'}: ${i.message}`)
  throw new UserError(`${path} does not have the expected shape:\n${problems.join('\n')}`)
}

/** The schedule of an entry, as the drivers take it. */
export const scheduleOf = (entry: Entry): Schedule => entry.schedule as Schedule
