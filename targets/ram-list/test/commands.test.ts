import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fuzzFileSchema } from '#harness/results.js'
import { contents, emptyFolder, rcufuzz, root } from '../../../test/cli/cli.js'

interface Listed {
  system: string
  candidates: { name: string; expect: Record<string, unknown> }[]
}

const USER_FIX = `
import { defineFix, type Coroutine, type Thread } from 'rcufuzz'
import ramList, { listRemove, upstream, type RAMBlock, type RAMList } from 'rcufuzz/ram-list'
import { reclaim } from './helper'

export default defineFix(ramList, {
  ...upstream,
  name: 'mine', title: 'Clear twice', source: 'me',
  *qemuRamFree(t, ram, block) {
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.write(ram.mruBlock, null)
    yield* t.callRcu(block.rcu, again, ram, block)
    yield* t.unlock(ram.mutex)
  },
})

function* again(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
  yield* t.write(ram.mruBlock, null)
  yield* reclaim(t, block)
}
`
const HELPER = `
import type { Coroutine, Thread } from 'rcufuzz'
import { reclaimRamBlock, type RAMBlock } from 'rcufuzz/ram-list'
export function* reclaim(t: Thread, block: RAMBlock): Coroutine<void> { yield* reclaimRamBlock(t, block) }
`

function userFolder(): string {
  const dir = emptyFolder()
  writeFileSync(join(dir, 'mine.ts'), USER_FIX)
  writeFileSync(join(dir, 'helper.ts'), HELPER)
  return dir
}

describe('rcufuzz fuzz', () => {
  it('is byte-identical for the same seed, twice, on one worker or two', async () => {
    const runs = ['1', '2', '2'].map(async (workers) => {
      const dir = emptyFolder()
      const args = [
        'fuzz',
        'ram-list',
        '--fix',
        'baseline',
        '--fix',
        'one-callback',
        '--runs',
        '3000',
        '--seed',
        '5',
      ]
      const { code } = await rcufuzz(dir, ...args, '--workers', workers)
      expect(code).toBe(0)
      return contents(dir)
    })
    const [a, b, c] = await Promise.all(runs)
    expect(Object.keys(a ?? {})).toContain('reports/fuzz.json')
    expect(Object.keys(a ?? {}).length).toBeGreaterThan(4)
    expect(a).toEqual(b)
    expect(b).toEqual(c)
  }, 180_000)

  it('prints one JSON document of the promised shape', async () => {
    const { out, code } = await rcufuzz(
      emptyFolder(),
      'fuzz',
      'ram-list',
      '--fix',
      'baseline',
      '--memory-model',
      'sc',
      '--runs',
      '2000',
      '--json',
    )
    const file = fuzzFileSchema.parse(JSON.parse(out))
    expect(code).toBe(0)
    expect(file.results).toHaveLength(1)
    expect(file.results[0]).toMatchObject({
      system: 'ram-list',
      fix: 'baseline',
      memoryModel: 'sc',
      seconds: expect.any(Number) as number,
    })
    expect(file.results[0]?.violations.length).toBeGreaterThan(0)
  })

  it('stops after the time it was given', async () => {
    const start = performance.now()
    await rcufuzz(emptyFolder(), 'fuzz', 'ram-list', '--fix', 'no-mru', '--time', '1500ms')
    expect(performance.now() - start).toBeLessThan(15_000)
  })
})

describe("a fix file of the user's own, outside the repository", () => {
  it('is fuzzed, replayed with its own source lines, minimized, tried with other crashes, and measured', async () => {
    const dir = userFolder()
    const fuzzed = await rcufuzz(
      dir,
      'fuzz',
      'ram-list',
      '--fix',
      './mine.ts',
      '--memory-model',
      'weak',
      '--runs',
      '8000',
      '--json',
    )
    expect(fuzzed.code).toBe(1)
    const { results } = fuzzFileSchema.parse(JSON.parse(fuzzed.out))
    const found = results[0]?.violations.find((v) => v.kind === 'use-after-free')
    expect(found).toBeDefined()
    const file = found?.file ?? ''

    const replayed = await rcufuzz(dir, 'replay', file)
    expect(replayed.code).toBe(0)
    expect(replayed.out).toMatch(/mine\.ts:1[0-4]/)
    expect(replayed.out).toMatch(/^ {3}19 {2}yield\* t\.write\(ram\.mruBlock, null\)$/m)

    const minimized = await rcufuzz(dir, 'minimize', file, '--corpus', 'small')
    expect(minimized.code).toBe(0)
    expect(minimized.out).toMatch(/small\/ram-list\/crash-mine-weak-.*\d+ events, \d+ context switches/)

    const other = await rcufuzz(dir, 'replay', file, '--fix', 'no-mru')
    expect(other.code).toBe(0)
    const measured = await rcufuzz(
      dir,
      'bench',
      'ram-list',
      '--fix',
      'baseline',
      '--fix',
      './mine.ts',
      '--quick',
    )
    expect(measured.code).toBe(0)
    expect(measured.out).toMatch(/ {2}mine /)

    const report = await rcufuzz(dir, 'report')
    expect(report.code).toBe(0)
    expect(readFileSync(join(dir, 'reports/index.html'), 'utf8')).toContain('mine')
  }, 120_000)
})

describe('rcufuzz replay', () => {
  const name = 'crash-baseline-sc-use-after-free-ramblock-offset-vcpu-call-rcu'
  const stored = Object.keys(contents(join(root, 'corpus'))).find((f) => f.includes(name)) ?? ''

  it("prints the columns of seed 000's mail", async () => {
    const dir = emptyFolder()
    copyFileSync(join(root, 'corpus', stored), join(dir, 'crash.json'))
    const { out, code } = await rcufuzz(dir, 'replay', 'crash.json', '--format', 'mail')
    expect(code).toBe(0)
    const order = [
      'rcuReadLock',
      'rcuDereference ram_list.blocks -> X',
      'write ram_list.blocks = ',
      'write ram_list.mru_block = NULL',
      'callRcu X reclaimRamBlock',
      'write ram_list.mru_block = X',
      'rcuReadUnlock',
      'gracePeriodEnd',
      'free X',
      'rcuDereference ram_list.mru_block -> X',
      'plainRead X.offset',
      'use-after-free: ',
    ]
    // A step may be wrapped in its column: compare without white space.
    const text = out.replace(/\s+/g, '')
    let at = 0
    for (const step of order) {
      at = text.indexOf(step.replace(/\s+/g, ''), at)
      expect(at, step).toBeGreaterThan(0)
    }
  })

  it("says when the crash is another candidate's too, and when it is not", async () => {
    const file = join(root, 'corpus', stored)
    const safe = await rcufuzz(emptyFolder(), 'replay', file, '--fix', 'nested-rcu-free', '--json')
    const broken = await rcufuzz(emptyFolder(), 'replay', file, '--fix', 'gp-before-unlink', '--json')
    const kinds = (out: string): string[] =>
      (JSON.parse(out) as { violations: { kind: string }[] }).violations.map((v) => v.kind)
    expect(kinds(safe.out)).not.toContain('use-after-free')
    expect(kinds(broken.out)).toContain('use-after-free')
  })
})

describe('rcufuzz list', () => {
  it('names every candidate and what it claims', async () => {
    const { out, code } = await rcufuzz(emptyFolder(), 'list', '--json')
    const listed = JSON.parse(out) as Listed[]
    expect(code).toBe(0)
    const names = listed.find((s) => s.system === 'ram-list')?.candidates.map((c) => c.name)
    expect(names?.[0]).toBe('baseline')
    expect(names).toContain('seqlock-as-posted')
  })

  it('says what a system has: functions of a candidate, scenarios, bounds', async () => {
    const { out } = await rcufuzz(emptyFolder(), 'list', 'ram-list')
    expect(out).toMatch(/^ {2}baseline +\S/m)
    expect(out).toMatch(/^ {2}qemuRamFree +system\/physmem.c: /m)
    expect(out).toMatch(/^ {2}same-offset +\S.*[^)]$/m)
    expect(out).toMatch(/^ {2}region-dies +.* \(apart: no part of the verdicts\)$/m)
    expect(out).toMatch(/^ {2}readers +.*: 2, at most 3$/m)
  })

  it('has help with examples for every command', async () => {
    for (const command of [
      'run',
      'list',
      'fuzz',
      'worker',
      'corpus',
      'replay',
      'minimize',
      'bench',
      'report',
    ]) {
      const { out, code } = await rcufuzz(emptyFolder(), command, '--help')
      expect(code).toBe(0)
      expect(out).toContain('Examples:')
    }
  })
})
