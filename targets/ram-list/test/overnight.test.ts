import { spawn } from 'node:child_process'
import { readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Rng } from '#harness/drivers/rng.js'
import { fuzzFileSchema } from '#harness/results.js'
import { contents, emptyFolder, rcufuzz, root } from '../../../test/cli/cli.js'

const SELECTION = ['ram-list', '--fix', 'baseline', '--fix', 'no-mru', '--memory-model', 'sc', '--seed', '3']
const CAMPAIGN = ['fuzz', ...SELECTION, '--runs', '24000', '--workers', '2', '--resume']

/**
 * Runs a command and kills it once it has changed its files so many times: where it is killed then depends on how
 * far it came, not on how fast the machine is. Its exit code, or null where it was killed.
 */
function killed(
  cwd: string,
  changes: number,
  signal: NodeJS.Signals,
  args: string[],
): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'dist/harness/cli/main.js'), ...args], {
      cwd,
      stdio: 'ignore',
    })
    let seen = 0
    const watcher = watch(cwd, { recursive: true }, () => {
      if (++seen === changes) child.kill(signal)
    })
    child.on('exit', (code) => {
      watcher.close()
      resolve(code)
    })
  })
}

/** What a campaign that nobody disturbs leaves behind. */
const undisturbed = (async () => {
  const dir = emptyFolder()
  await rcufuzz(dir, ...CAMPAIGN)
  return contents(dir)
})()

describe('a campaign that is disturbed', () => {
  it('ends as if it had not been, though its process is killed again and again', async () => {
    const dir = emptyFolder()
    const rng = new Rng(17)
    let kills = 0
    for (; kills < 6; kills++) {
      const code = await killed(dir, 1 + rng.below(14), 'SIGKILL', CAMPAIGN)
      if (code !== null) break
      for (const [name, text] of Object.entries(contents(dir)))
        if (name.endsWith('.json')) expect(() => JSON.parse(text) as unknown, name).not.toThrow()
    }
    console.log(kills)
    expect(kills).toBeGreaterThan(1)
    await rcufuzz(dir, ...CAMPAIGN)
    expect(contents(dir)).toEqual(await undisturbed)
  }, 400_000)

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stores its state on %s and exits with 130; what is there then can be read',
    async (signal) => {
      const dir = emptyFolder()
      const long = CAMPAIGN.with(CAMPAIGN.indexOf('24000'), '100000000')
      expect(await killed(dir, 12, signal, long)).toBe(130)
      const state = JSON.parse(readFileSync(join(dir, 'reports/state.json'), 'utf8')) as { complete: boolean }
      expect(state.complete).toBe(false)
      fuzzFileSchema.parse(JSON.parse(readFileSync(join(dir, 'reports/fuzz.json'), 'utf8')))
    },
    60_000,
  )

  it('goes on when the disk is full, says so, and ends the same once there is room', async () => {
    const dir = emptyFolder()
    const { code, err } = await new Promise<{ code: number | null; err: string }>((resolve) => {
      const main = join(root, 'dist/harness/cli/main.js')
      // No file may grow beyond 100 blocks of 1024 bytes: the queue of a job does.
      const shell = [
        '-c',
        `trap '' XFSZ; ulimit -f 100; exec "$@"`,
        'sh',
        process.execPath,
        main,
        ...CAMPAIGN,
      ]
      const child = spawn('bash', shell, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] })
      let err = ''
      child.stderr.on('data', (text: Buffer) => (err += text.toString()))
      child.on('exit', (code) => {
        resolve({ code, err })
      })
    })
    expect(code).toBe(2)
    expect(err).toMatch(/#24000\tDONE.*no-mru/)
    expect(err).toMatch(/EFBIG.*going on in memory/)
    expect(err).not.toMatch(/^\s+at /m)
    await rcufuzz(dir, ...CAMPAIGN)
    expect(contents(dir)).toEqual(await undisturbed)
  }, 200_000)

  it('is not gone on with under another seed or selection', async () => {
    const dir = emptyFolder()
    await rcufuzz(dir, 'fuzz', ...SELECTION, '--runs', '100')
    const seed = await rcufuzz(dir, 'fuzz', '--seed', '4', '--resume')
    expect([seed.code, seed.err]).toEqual([2, expect.stringMatching(/--seed 3, not 4/)])
    const other = await rcufuzz(dir, 'fuzz', 'ram-list', '--fix', 'no-mru', '--resume')
    expect([other.code, other.err]).toEqual([2, expect.stringMatching(/holds a campaign of .*baseline/)])
  }, 100_000)
})

describe('a candidate that takes its worker down', () => {
  const fix = (name: string, harm: string): string => `
import { defineFix } from 'rcufuzz'
import ramList, { upstream } from 'rcufuzz/ram-list'
const kept: number[][] = []
export default defineFix(ramList, {
  ...upstream, name: '${name}', title: 't', source: 's',
  *qemuRamFree(t, ram, block) {
    yield* t.lock(ram.mutex)
    ${harm}
  },
})
`
  it('is named with its scenario; the others are fuzzed to the end', async () => {
    const dir = emptyFolder()
    writeFileSync(join(dir, 'loop.ts'), fix('loop', 'for (;;);'))
    writeFileSync(join(dir, 'eat.ts'), fix('eat', 'for (;;) kept.push(new Array<number>(1_000_000).fill(0))'))
    writeFileSync(join(dir, 'exit.ts'), fix('exit', 'process.exit(0)'))
    const fixes = ['./loop.ts', './eat.ts', './exit.ts', 'no-mru'].flatMap((f) => ['--fix', f])
    const args = ['fuzz', 'ram-list', ...fixes, '--memory-model', 'sc', '--runs', '3000', '--json']
    const { code, out, err } = await rcufuzz(dir, ...args)
    expect(code).toBe(2)
    expect(err).toMatch(/loop\.ts hangs: .*it was running \{.*"unplug"/)
    expect(err).toMatch(/eat\.ts runs out of memory: .*it was running \{/)
    expect(err).toMatch(/exit\.ts dies: .*it was running \{/)
    const { results } = fuzzFileSchema.parse(JSON.parse(out))
    expect(results.map((r) => [r.fix, r.executions, r.problem?.problem])).toEqual([
      ['loop', 0, 'hangs'],
      ['eat', 0, 'runs out of memory'],
      ['exit', 0, 'dies'],
      ['no-mru', 3000, undefined],
    ])
  }, 200_000)
})

describe('a campaign with a budget of time', () => {
  it('has statistics as AFL++ writes them, a log, and goes on where it stopped', async () => {
    const dir = emptyFolder()
    const args = ['fuzz', ...SELECTION, '--out', 'night', '--resume']
    const first = await rcufuzz(dir, ...args, '--time', '3s')
    expect(first.code).toBe(0)
    expect(first.err).toMatch(/^#\d+\tNEW {4}\S+ sc cov: \d+ corp: \d+ .*exec\/s: \d+ rss: \d+Mb/m)
    const stats = (): Record<string, string> =>
      Object.fromEntries(
        readFileSync(join(dir, 'night/fuzzer_stats'), 'utf8')
          .trim()
          .split('\n')
          .map((l) => l.split(/ +: /) as [string, string]),
      )
    const before = stats()
    expect(Number(before.execs_done)).toBeGreaterThanOrEqual(2 * 2048)
    expect(Number(before.saved_crashes)).toBeGreaterThan(0)
    const second = await rcufuzz(dir, ...args, '--time', '12s')
    expect(second.code).toBe(0)
    expect(Number(stats().execs_done)).toBeGreaterThan(Number(before.execs_done))
    expect(Number(stats().run_time)).toBeGreaterThanOrEqual(12)
    const plot = readFileSync(join(dir, 'night/plot_data'), 'utf8').trim().split('\n')
    expect(plot[0]).toMatch(/^# relative_time, .*edges_found$/)
    const times = plot.slice(1).map((l) => Number(l.split(', ')[0]))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(readFileSync(join(dir, 'night/campaign.log'), 'utf8')).toMatch(/NEW/)
  }, 100_000)
})

describe('a crash of one candidate', () => {
  it('is tried on the others, and counts against those that it breaks', async () => {
    const dir = emptyFolder()
    const fixes = ['baseline', 'gp-before-unlink', 'no-mru'].flatMap((f) => ['--fix', f])
    const { out } = await rcufuzz(dir, 'fuzz', 'ram-list', ...fixes, '--runs', '4000', '--json')
    const { matrix = [], results } = fuzzFileSchema.parse(JSON.parse(out))
    expect(matrix.length).toBe(results.reduce((n, r) => n + r.violations.length, 0))
    expect(matrix.some((row) => row.fix === 'baseline' && row.breaks['gp-before-unlink'] !== undefined)).toBe(
      true,
    )
    for (const row of matrix)
      for (const [fix, kinds] of Object.entries(row.breaks)) {
        const of = results.find((r) => r.fix === fix && r.memoryModel === row.memoryModel)
        expect(of?.violations.map((v) => v.kind)).toEqual(expect.arrayContaining([...kinds]))
      }
  }, 100_000)
})
