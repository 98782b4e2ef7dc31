import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { UserError } from './user-error.js'

/** Makes sure that files can be written to a folder, before hours are spent on what goes there. */
export function writableFolder(dir: string): void {
  try {
    make(resolve(dir))
    const probe = temporaryFor(join(dir, 'writable'))
    writeFileSync(probe, '')
    unlinkSync(probe)
  } catch (e) {
    throw new UserError(`cannot write to the folder ${dir}: ${(e as Error).message}; name another one`)
  }
}

const HOST = hostname().replace(/[^\w-]/g, '-')
const TEMPORARY = /\.([\w-]+)\.(\d+)\.tmp$/

const temporaryFor = (path: string): string => `${path}.${HOST}.${process.pid}.tmp`

/**
 * Writes a file all or nothing: whoever reads it, whatever was killed, sees the old content or the new. Not
 * `write-file-atomic`, which takes a short write for a whole one and so renames half a file into place when
 * the disk is full; `writeFileSync` goes on until all is written, or fails.
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const temporary = temporaryFor(path)
  try {
    const file = openSync(temporary, 'w')
    try {
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (e) {
    rmSync(temporary, { force: true })
    throw e
  }
}

/**
 * Takes away what killed processes of this machine left behind, in a folder and those below it; to be called
 * before the first write. A folder may be shared: what another one is writing just now stays.
 */
export function removeTemporaries(dir: string): void {
  for (const name of readdirSync(dir, { recursive: true }) as string[]) {
    const [, host, pid] = TEMPORARY.exec(name) ?? []
    if (host === HOST && !othersAlive(Number(pid))) rmSync(join(dir, name), { force: true })
  }
}

/** In a container, a process has the number of the one that it replaces. */
function othersAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (e) {
    return (e as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Not `mkdir`'s `recursive`, which never returns where a file system takes no folders (/proc). */
function make(dir: string): void {
  if (existsSync(dir)) return
  make(dirname(dir))
  mkdirSync(dir)
}
