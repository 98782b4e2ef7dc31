import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = new URL('../../', import.meta.url).pathname
const main = join(root, 'dist/harness/cli/main.js')

export interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs `rcufuzz` as a person would. */
export function rcufuzz(cwd: string, ...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd, maxBuffer: 1 << 28 }, (e, out, err) => {
      resolve({ code: e ? ((e as { code?: number }).code ?? -1) : 0, out, err })
    })
  })
}

export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'rcufuzz-test-'))

/** Every file below a folder, with its content. */
export function contents(dir: string): Record<string, string> {
  const all: Record<string, string> = {}
  for (const name of readdirSync(dir, { recursive: true }) as string[]) {
    const path = join(dir, name)
    if (statSync(path).isFile()) all[name] = readFileSync(path, 'utf8')
  }
  return all
}
