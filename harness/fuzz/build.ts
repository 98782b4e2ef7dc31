import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A digest of this program's code, the systems included: two builds with the same one behave the same. */
export function buildDigest(): string {
  const hash = createHash('sha256')
  const root = fileURLToPath(new URL('../../', import.meta.url))
  for (const part of ['harness', 'targets'])
    for (const name of (readdirSync(join(root, part), { recursive: true }) as string[]).sort())
      if (/\.c?js$/.test(name)) hash.update(`${name}\n`).update(readFileSync(join(root, part, name)))
  return hash.digest('hex').slice(0, 12)
}
