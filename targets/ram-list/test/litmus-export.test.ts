import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { subjectOf } from '#harness/cli/replay.js'
import { loadEntry, scheduleOf } from '#harness/fuzz/corpus.js'
import { replayExactly } from '#harness/fuzz/explain.js'
import { checkLkmm } from '#harness/litmus/check.js'
import { parse } from '#harness/litmus/parse.js'
import { litmusOf } from '#harness/trace/litmus.js'
import { emptyFolder, rcufuzz, root } from '../../../test/cli/cli.js'

const folder = join(root, 'corpus/ram-list')
const stored = readdirSync(folder)
  .filter((f) => f.startsWith('crash-'))
  .map((f) => join(folder, f))

const exported = async (file: string): Promise<{ text: string; kinds: string[]; concrete: boolean }> => {
  const entry = loadEntry(file)
  const subject = await subjectOf(entry, file, entry.fix)
  const { trace } = replayExactly(subject, entry.scenario, scheduleOf(entry))
  return {
    text: litmusOf(trace, { name: 'exported', title: file }),
    kinds: trace.violations.map((v) => v.kind),
    concrete: trace.violations.every((v) => v.concrete),
  }
}

describe('replay --format litmus', () => {
  it('a use after free is an outcome that the kernel model allows, or a data race with the free', async () => {
    const some = stored.filter((f) => f.includes('use-after-free')).filter((_, i) => i % 12 === 0)
    for (const file of some) {
      const { text, concrete } = await exported(file)
      const { positive, flags } = checkLkmm(parse(text), 500_000)
      expect({ file, shown: (concrete && positive > 0) || flags.includes('data-race') }).toEqual({
        file,
        shown: true,
      })
    }
  })

  it('prints a test that `rcufuzz litmus` answers', async () => {
    const dir = emptyFolder()
    const file = stored.find((f) => f.includes('use-after-free')) as string
    const { out, code } = await rcufuzz(dir, 'replay', file, '--format', 'litmus')
    expect(code).toBe(0)
    expect(out).toMatch(/^C \S+\n\n\(\*\n/)
    writeFileSync(join(dir, 'crash.litmus'), out)
    const answer = await rcufuzz(dir, 'litmus', 'crash.litmus')
    expect(answer.code).toBe(0)
    expect(answer.out).toMatch(/^Observation \S+ (Sometimes|Always) /m)
  })
})
