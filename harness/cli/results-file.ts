import { existsSync } from 'node:fs'
import { parseWith, readJson } from '../fuzz/corpus.js'
import { UserError } from '../user-error.js'

/** Reads a results file; one of another version is refused instead of guessed at. Null where there is none. */
export function readResults<T>(
  path: string,
  schema: Parameters<typeof parseWith<T>>[0],
  version: number,
): T | null {
  if (!existsSync(path)) return null
  const json = readJson(path)
  const found = (json as { version?: unknown } | null)?.version
  if (typeof found === 'number' && found !== version)
    throw new UserError(
      `${path}: this file has format version ${found}, this rcufuzz reads version ${version}; make it again`,
    )
  return parseWith(schema, json, path)
}
