import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { verifyFileSchema, type VerifyFile } from '#harness/results.js'
import { contents, emptyFolder, rcufuzz, root } from '../../../test/cli/cli.js'

const SMALL = ['--bound', 'lookups=1', '--memory-model', 'sc']

const parse = (out: string): VerifyFile => verifyFileSchema.parse(JSON.parse(out))

describe('rcufuzz verify', { timeout: 300_000 }, () => {
  it('verifies what holds, stores what breaks, and the report shows both', async () => {
    const dir = emptyFolder()
    const fixes = ['--fix', 'baseline', '--fix', 'nested-rcu-free']
    const { code, out } = await rcufuzz(dir, 'verify', 'ram-list', ...fixes, ...SMALL, '--json')
    const { results } = parse(out)
    // What breaks this one is outside of the bound.
    expect(code).toBe(1)
    expect(results.map((r) => [r.fix, r.outcome])).toEqual([
      ['baseline', 'violated'],
      ['nested-rcu-free', 'verified'],
    ])
    expect(results[1]).toMatchObject({ share: 1, reduction: 'states', violations: [] })
    expect(results[1]?.bound).toContain('readers=2,lookups=1,unplugs=1')
    const file = results[0]?.violations[0]?.file ?? ''
    const replayed = await rcufuzz(dir, 'replay', file)
    expect(replayed.out).toContain('use-after-free')
    expect((await rcufuzz(dir, 'report')).code).toBe(0)
    const page = readFileSync(join(dir, 'reports/index.html'), 'utf8')
    expect(page).toContain('verified up to readers=2, lookups=1, unplugs=1')
    expect(page).toContain('use-after-free')
  })

  it('says that a candidate which is marked as broken is clear within the bound, and exits with 1', async () => {
    const { code, out } = await rcufuzz(
      emptyFolder(),
      ...['verify', 'ram-list', '--fix', 'nested-rcu-free', '--fix', 'no-mru', ...SMALL],
    )
    expect(code).toBe(1)
    expect(out).toMatch(/nested-rcu-free .* verified: .*its file expects it to break \(wrong-address\)/)
    expect(out).toMatch(/no-mru .* verified: all executions \([^)]*\)\n/)
  })

  it('a search that is long enough to be shared gives the same results for any number of workers', async () => {
    const run = async (workers: string): Promise<unknown> => {
      const bound = ['--bound', 'readers=3,lookups=1', '--memory-model', 'sc', '--json']
      const { out } = await rcufuzz(
        emptyFolder(),
        ...[
          'verify',
          'ram-list',
          '--fix',
          'no-mru',
          '--fix',
          'nested-rcu-free',
          ...bound,
          '--workers',
          workers,
        ],
      )
      return parse(out).results.map((r) => ({ ...r, seconds: 0 }))
    }
    const one = await run('1')
    expect(one).toMatchObject([{ outcome: 'verified' }, { outcome: 'verified' }])
    expect(await run('3')).toEqual(one)
    expect(await run('5')).toEqual(one)
  })

  it('writes the same bytes for any number of workers', async () => {
    const run = async (workers: string): Promise<Record<string, string>> => {
      const dir = emptyFolder()
      const bound = ['--bound', 'readers=1,lookups=1,mmios=1']
      const fixes = ['--fix', 'baseline', '--fix', 'synchronous']
      // The baseline holds where there is one lookup.
      expect((await rcufuzz(dir, 'verify', 'ram-list', ...fixes, ...bound, '--workers', workers)).code).toBe(
        1,
      )
      return contents(dir)
    }
    const one = await run('1')
    expect(await run('3')).toEqual(one)
    expect(Object.keys(one).length).toBeGreaterThan(1)
  })

  it('gives up when told to, and goes on from there', async () => {
    const dir = emptyFolder()
    const command = ['verify', 'ram-list', '--fix', 'nested-rcu-free', ...SMALL, '--json']
    const first = parse((await rcufuzz(dir, ...command, '--executions', '100')).out).results[0]
    expect(first).toMatchObject({ outcome: 'unfinished', executions: 100 })
    expect(readdirSync(join(dir, 'reports'))).toContain(first?.checkpoint?.replace('reports/', ''))
    const second = parse((await rcufuzz(dir, ...command, '--resume')).out).results[0]
    expect(second?.outcome).toBe('verified')
    const whole = parse((await rcufuzz(dir, ...command)).out).results[0]
    expect({ ...second, seconds: 0 }).toEqual({ ...whole, seconds: 0 })
    expect(readdirSync(join(dir, 'reports'))).toEqual(['verify.json'])
  })

  it('when interrupted saves where it is, and says so', async () => {
    const dir = emptyFolder()
    const args = [
      'verify',
      'ram-list',
      '--fix',
      'no-mru',
      '--bound',
      'readers=3,unplugs=2',
      '--memory-model',
      'weak',
    ]
    const child = spawn(process.execPath, [join(root, 'dist/harness/cli/main.js'), ...args], { cwd: dir })
    let out = ''
    child.stdout.on('data', (data: Buffer) => (out += data.toString()))
    child.stderr.once('data', () => child.kill('SIGINT'))
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect(code).toBe(130)
    expect(out).toMatch(/not finished: about .* % of the search is done/)
    expect(readdirSync(join(dir, 'reports')).some((f) => f.endsWith('.checkpoint'))).toBe(true)
  })

  it('refuses a checkpoint that is damaged', async () => {
    const dir = emptyFolder()
    const command = ['verify', 'ram-list', '--fix', 'no-mru', ...SMALL]
    await rcufuzz(dir, ...command, '--executions', '50')
    const file = readdirSync(join(dir, 'reports')).find((f) => f.endsWith('.checkpoint')) ?? ''
    writeFileSync(join(dir, 'reports', file), 'not this')
    const { code, err } = await rcufuzz(dir, ...command, '--resume')
    expect(code).toBe(2)
    expect(err).toMatch(/is not a complete checkpoint .* delete it/)
  })

  it.each([
    [['--bound', 'reader=2'], /ram-list has no bound 'reader'; it has: readers \(/],
    [['--bound', 'readers=9'], /at most 3, not 9/],
    [['--bound', 'readers'], /must be a name and a number/],
    [['--bound', 'readers=1,readers=2'], /given twice/],
    [['--scenario', 'no-such'], /has no scenario 'no-such'; it has: reference/],
    [['--preemptions', '1', '--delays', '1'], /cannot be used with/],
  ])('%j is bad usage', async (args, message) => {
    const { code, err } = await rcufuzz(emptyFolder(), 'verify', 'ram-list', '--fix', 'no-mru', ...args)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/\n\s+at /)
  })
})
