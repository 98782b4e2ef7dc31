import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { appendLog } from '#harness/fuzz/log.js'
import { removeTemporaries, writeAtomically } from '#harness/folders.js'
import { contents, emptyFolder, root } from '../cli/cli.js'

describe('a file that is written atomically', () => {
  it('replaces the old one, and leaves nothing else', () => {
    const dir = emptyFolder()
    const path = join(dir, 'a.json')
    writeAtomically(path, '1')
    writeAtomically(path, '22')
    expect(readFileSync(path, 'utf8')).toBe('22')
    expect(readdirSync(dir)).toEqual(['a.json'])
  })

  // A limit on the size of files is a full disk for whoever writes a larger one: short write, then an error.
  it('keeps its old content when there is no room for the new one', () => {
    const dir = emptyFolder()
    const path = join(dir, 'a.json')
    writeFileSync(path, 'old')
    const module = join(root, 'dist/harness/folders.js')
    const script = `import { writeAtomically } from '${module}'
      try { writeAtomically('${path}', 'x'.repeat(200_000)); console.log('written') } catch (e) { console.log(e.code) }`
    const out = execFileSync(
      'bash',
      ['-c', `trap '' XFSZ; ulimit -f 64; exec "$0" --input-type=module -e "$1"`, process.execPath, script],
      { encoding: 'utf8' },
    )
    expect(out.trim()).toBe('EFBIG')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(dir)).toEqual(['a.json'])
  })

  it('has the leftovers of the dead taken away, and nothing else', () => {
    const dir = emptyFolder()
    const host = hostname().replace(/[^\w-]/g, '-')
    const beyondAllProcesses = 2 ** 30
    const kept = [
      'a.json',
      'b.tmp',
      `c.json.elsewhere.${beyondAllProcesses}.tmp`,
      `d.json.${host}.${process.ppid}.tmp`,
    ]
    const dead = [`a.json.${host}.${beyondAllProcesses}.tmp`, `below/e.json.${host}.${process.pid}.tmp`]
    mkdirSync(join(dir, 'below'))
    for (const name of [...kept, ...dead]) writeFileSync(join(dir, name), '')
    removeTemporaries(dir)
    expect(Object.keys(contents(dir)).sort()).toEqual(kept)
  })

  it('leaves one to be taken away when its process is killed meanwhile', () => {
    const dir = emptyFolder()
    const module = join(root, 'dist/harness/folders.js')
    const script = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'
      fs.renameSync = () => process.kill(process.pid, 'SIGKILL'); syncBuiltinESMExports()
      const { writeAtomically } = await import('${module}'); writeAtomically('${join(dir, 'a.json')}', 'x')`
    spawnSync(process.execPath, ['--input-type=module', '-e', script])
    expect(readdirSync(dir)).toEqual([expect.stringMatching(/^a\.json\..*\.tmp$/)])
    removeTemporaries(dir)
    expect(readdirSync(dir)).toEqual([])
  })
})

describe('the log', () => {
  it('is rotated, so that it never takes more than twice its limit', () => {
    const path = join(emptyFolder(), 'campaign.log')
    for (let i = 0; i < 100; i++) appendLog(path, `${'x'.repeat(49)}\n`, 1000)
    expect(existsSync(`${path}.1`)).toBe(true)
    expect(readFileSync(path).length).toBeLessThanOrEqual(1000)
    expect(readFileSync(`${path}.1`).length).toBeLessThanOrEqual(1000)
    expect(readdirSync(join(path, '..'))).toHaveLength(2)
  })
})
