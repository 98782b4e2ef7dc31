import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { SAMPLERS } from '#harness/drivers/samplers.js'

const root = new URL('../', import.meta.url).pathname
const guide = readFileSync(join(root, 'docs/adding-a-system.md'), 'utf8')

/** The files of the guide: blocks that begin with their path. */
const files = [...guide.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(([, path, text]) => ({
  path: path as string,
  text: text as string,
}))

describe('docs/adding-a-system.md', () => {
  // A tree that has no other system.
  const tree = mkdtempSync(join(tmpdir(), 'rcufuzz-guide-'))
  afterAll(() => rmSync(tree, { recursive: true, force: true }))
  const run = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8' })
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' })
    return stdout
  }
  for (const part of ['harness', 'scripts', 'package.json', 'tsconfig.json'])
    cpSync(join(root, part), join(tree, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  for (const { path, text } of files) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }

  it('builds as it stands, in a tree without any other system', () => {
    expect(files.length).toBe(5)
    run('node_modules/typescript/bin/tsc', '-p', '.')
    run('scripts/bundle-fuzz.mjs')
    expect(readdirSync(join(tree, 'dist/fuzz'))).toEqual(['config-pointer.cjs'])
  })

  it('says what the commands say', () => {
    const listed = run('dist/harness/cli/main.js', 'list')
    expect(listed).toMatch(/config-pointer[\s\S]*baseline[\s\S]*call-rcu/)
    const said = run('dist/harness/cli/main.js', 'fuzz', 'config-pointer', '--runs', '20000')
    const words = /```\n(config-pointer:\n[\s\S]*?)```/.exec(guide)?.[1]?.replaceAll(/\d{5}/g, 'N')
    expect(said.replaceAll(/\d{5}/g, 'N')).toContain(words)
    run('scripts/replay-corpus.mjs', '--update')
    expect(run('scripts/replay-corpus.mjs')).toMatch(/config-pointer: 3 of 3 interleavings reproduce/)
  })
})

describe('docs/fuzzing.md', () => {
  const text = readFileSync(join(root, 'docs/fuzzing.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `([\w-]+)` /gm)].map(([, name]) => name)

  it('has every kind of violation that the machine knows, and every driver', () => {
    const source = readFileSync(join(root, 'harness/machine/violations.ts'), 'utf8')
    const kinds = [...source.matchAll(/^ {2}\| '([\w-]+)'$/gm)].map(([, kind]) => kind)
    expect(kinds.length).toBeGreaterThan(10)
    expect([...rows].sort()).toEqual([...Object.keys(SAMPLERS), ...kinds].sort())
  })
})
