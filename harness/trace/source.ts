import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Lines of the files that were asked for. */
const files = new Map<string, readonly string[]>()

/** The harness's own code: a request is made by the first frame that is not in it. */
const HARNESS = new URL('../', import.meta.url).href

/**
 * `file:line` of the coroutine that is making a request, as its author wrote it (source maps are followed;
 * see `enableSourceMaps`). Slow: for replays only.
 */
export function requestSite(): string | null {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 24
  const { stack } = new Error()
  Error.stackTraceLimit = limit
  for (const line of (stack ?? '').split('\n').slice(1)) {
    const match = /\(?((?:file:\/\/)?\/[^()]*):(\d+):\d+\)?$/.exec(line)
    const file = match?.[1]
    if (!file || file.startsWith(HARNESS) || isHarnessSource(file)) continue
    if (file.includes('/node_modules/')) return null
    return `${file}:${match[2] ?? ''}`
  }
  return null
}

/** Compiled frames name files in dist/, mapped ones their sources. */
function isHarnessSource(file: string): boolean {
  return /\/harness\/(machine|drivers|trace|fuzz|cli)\//.test(file)
}

/** The text of a `file:line`, for a trace. */
export function sourceLine(site: string): { file: string; line: number; text: string } | null {
  const colon = site.lastIndexOf(':')
  const url = site.slice(0, colon)
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  const line = Number(site.slice(colon + 1))
  let lines = files.get(path)
  if (!lines) {
    try {
      lines = readFileSync(path, 'utf8').split('\n')
    } catch {
      lines = []
    }
    files.set(path, lines)
  }
  const text = lines[line - 1]?.trim()
  return text === undefined ? null : { file: basename(path), line, text }
}

/** Makes stack traces name the sources that people wrote. */
export function enableSourceMaps(): void {
  process.setSourceMapsEnabled(true)
}
