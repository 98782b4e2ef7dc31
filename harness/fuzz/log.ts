import { appendFileSync, existsSync, renameSync, statSync } from 'node:fs'

/** A log file of this size becomes `.1`, and the one before it goes. */
const LIMIT = 1 << 20

/** Appends to a log that never takes more than twice its limit. */
export function appendLog(path: string, text: string, limit = LIMIT): void {
  if (existsSync(path) && statSync(path).size + text.length > limit) renameSync(path, `${path}.1`)
  appendFileSync(path, text)
}
