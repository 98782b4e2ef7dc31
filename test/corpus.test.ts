import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Campaign } from '#harness/fuzz/campaign.js'
import { scheduleOf } from '#harness/fuzz/corpus.js'
import { replayExactly } from '#harness/fuzz/explain.js'
import { replayCorpus } from '#harness/fuzz/matrix.js'
import { expectation } from '#harness/fuzz/program.js'
import { MEMORY_MODELS, type MemoryModelName } from '#harness/machine/index.js'
import { loadFixes, loadSystem, systemNames } from '#harness/registry.js'
import { columns } from '#harness/trace/columns.js'

const root = new URL('../', import.meta.url).pathname

describe.each(systemNames())('the corpus of %s', async (name) => {
  const system = await loadSystem(name)
  const candidates = await loadFixes(name)
  const { matrix, replayed } = replayCorpus(`${root}corpus/${name}`, system, candidates)

  it('reproduces, entry by entry', () => {
    expect(replayed.length).toBeGreaterThan(0)
    expect(replayed.filter((r) => !r.reproduced).map((r) => r.file)).toEqual([])
  })

  it('does to every candidate what is recorded', () => {
    const recorded = JSON.parse(readFileSync(`${root}corpus/${name}/matrix.json`, 'utf8')) as unknown
    expect(matrix).toEqual(recorded)
  })

  /** The kinds of violation that the corpus proves, by candidate and memory model. */
  const proved = (fix: string, model: MemoryModelName): string[] => [
    ...new Set(
      replayed
        .filter((r) => r.entry.fix === fix && r.entry.memoryModel === model)
        .map((r) => r.entry.signature.split(':')[0] as string),
    ),
  ]

  it('proves every verdict of the README, and the README has every verdict', () => {
    const readme = readFileSync(`${root}targets/${name}/README.md`, 'utf8')
    // The table of verdicts is the first one; what `verify` says may follow.
    const rows = readme
      .split('\n')
      .filter((l) => /^\| `[\w-]+` +\|/.test(l))
      .reverse()
    const table = Object.fromEntries(
      rows.map((row) => {
        const [fix, ...cells] = row
          .split('|')
          .slice(1, 5)
          .map((c) => c.trim().replaceAll('`', ''))
        return [fix, cells]
      }),
    )
    const expected = Object.fromEntries(
      candidates.map(({ fix, reference }) => [
        fix.name,
        MEMORY_MODELS.map((model) => proved(reference, model).sort().join(', ') || 'holds'),
      ]),
    )
    expect(table).toEqual(expected)
  })

  it('is what the README, and what lies beside it, draws: each line with an arrow', () => {
    const spaced = (line: string): string => line.replaceAll(/[-|: ]+/g, ' ').trim()
    const drawn = new Set<string>()
    for (const { entry } of replayed) {
      const fix = candidates.find((c) => c.reference === entry.fix)?.fix
      if (!fix) continue
      const subject = { system, fix, memoryModel: entry.memoryModel }
      const { trace } = replayExactly(subject, entry.scenario, scheduleOf(entry))
      for (const line of columns(trace, { width: 72 }).split('\n')) drawn.add(spaced(line))
    }
    const folder = `${root}targets/${name}/`
    for (const file of readdirSync(folder).filter((f) => f.endsWith('.md')))
      for (const [, block] of readFileSync(folder + file, 'utf8').matchAll(/^```\n([\s\S]*?)^```/gm))
        for (const line of (block as string).split('\n'))
          if (line.includes('<--') && !line.startsWith('$'))
            expect(drawn, `${file}: ${line}`).toContain(spaced(line))
  })

  it.each(candidates.map((c) => [c.reference, c] as const))(
    'bears out what %s says of itself',
    (reference, { fix }) => {
      for (const memoryModel of MEMORY_MODELS) {
        const subject = { system, fix, memoryModel }
        const expected = expectation(subject)
        const kinds = proved(reference, memoryModel)
        if (expected === 'holds') expect(kinds).toEqual([])
        else {
          expect(kinds.length).toBeGreaterThan(0)
          expect(expected.broken).toEqual(expect.arrayContaining(kinds))
        }
      }
    },
  )

  it.each(
    candidates.filter(({ fix }) =>
      MEMORY_MODELS.some((m) => expectation({ system, fix, memoryModel: m }) === 'holds'),
    ),
  )('$reference survives', ({ fix }) => {
    for (const memoryModel of MEMORY_MODELS) {
      if (expectation({ system, fix, memoryModel }) !== 'holds') continue
      const campaign = new Campaign({ system, fix, memoryModel }, 11)
      campaign.run(15_000)
      const errors = campaign.result.findings.filter((f) => f.violation.severity === 'error')
      expect(errors.map((f) => f.violation.signature)).toEqual([])
    }
  })
})
