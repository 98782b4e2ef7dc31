import { existsSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UserError } from './user-error.js'

/** Makes sure that files can be written to a folder, before hours are spent on what goes there. */
export function writableFolder(dir: string): void {
  try {
    make(resolve(dir))
    const probe = join(dir, '.writable')
    writeFileSync(probe, '')
    unlinkSync(probe)
  } catch (e) {
    throw new UserError(`cannot write to the folder ${dir}: ${(e as Error).message}; name another one`)
  }
}

/** Not `mkdir`'s `recursive`, which never returns where a file system takes no folders (/proc). */
function make(dir: string): void {
  if (existsSync(dir)) return
  make(dirname(dir))
  mkdirSync(dir)
}
