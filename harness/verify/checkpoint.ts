import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import type { Finding } from '../fuzz/campaign.js'
import { writeAtomically } from '../folders.js'
import { UserError } from '../user-error.js'
import type { Saved } from './rounds.js'

const FORMAT = 'rcufuzz checkpoint 2'

/** Where a verification stands: which of its scenarios, under which limit, and how far in it. */
export interface Checkpoint {
  readonly format: typeof FORMAT
  /** What was being verified: nothing else may go on from here. */
  readonly subject: string
  readonly part: number
  readonly limit: number
  /** Executions of the parts that are finished, and what else was counted there. */
  readonly before: Saved['counts']
  readonly notices: readonly Finding[]
  readonly search: Saved
}

export function saveCheckpoint(path: string, checkpoint: Omit<Checkpoint, 'format'>): void {
  try {
    writeAtomically(path, serialize({ format: FORMAT, ...checkpoint } satisfies Checkpoint))
  } catch (e) {
    throw new UserError(`cannot write ${path}: ${(e as Error).message}`)
  }
}

/** What was saved; null if nothing was. */
export function loadCheckpoint(path: string, subject: string): Checkpoint | null {
  if (!existsSync(path)) return null
  const checkpoint = read(path)
  if (checkpoint?.format !== FORMAT)
    throw new UserError(`${path} is no checkpoint that this rcufuzz can read; delete it, and start again`)
  if (checkpoint.subject !== subject)
    throw new UserError(
      `${path} was written for another version of the candidate or the system; delete it, and start again`,
    )
  return checkpoint
}

function read(path: string): Partial<Checkpoint> & Checkpoint {
  try {
    return deserialize(readFileSync(path)) as Checkpoint
  } catch (e) {
    throw new UserError(
      `${path} is not a complete checkpoint (${(e as Error).message}); delete it, and start again`,
    )
  }
}

export function dropCheckpoint(path: string): void {
  rmSync(path, { force: true })
}

export const digestOf = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)
