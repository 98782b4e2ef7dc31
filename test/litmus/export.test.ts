import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { subjectOf } from '#harness/cli/replay.js'
import { loadEntry, scheduleOf } from '#harness/fuzz/corpus.js'
import { replayExactly } from '#harness/fuzz/explain.js'
import { parse } from '#harness/litmus/parse.js'
import { systemNames } from '#harness/registry.js'
import { litmusOf } from '#harness/trace/litmus.js'
import { root } from '../cli/cli.js'

const stored = systemNames().flatMap((system) => {
  const folder = join(root, 'corpus', system)
  return readdirSync(folder)
    .filter((f) => f.startsWith('crash-'))
    .map((f) => join(folder, f))
})

const exported = async (file: string): Promise<string> => {
  const entry = loadEntry(file)
  const subject = await subjectOf(entry, file, entry.fix)
  const { trace } = replayExactly(subject, entry.scenario, scheduleOf(entry))
  return litmusOf(trace, { name: 'exported', title: file })
}

describe('replay --format litmus', () => {
  it('says every interleaving of the corpus in the dialect', async () => {
    expect(stored.length).toBeGreaterThan(0)
    for (const file of stored) expect(parse(await exported(file)).threads.length, file).toBeGreaterThan(0)
  })
})
