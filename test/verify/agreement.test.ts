import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MEMORY_MODELS } from '#harness/machine/index.js'
import { tell, tellInRounds, type Told } from './agreement.js'
import { assemble, program, type Program } from './programs.js'

/** What a thread read last in one execution once was a part of the states of the next one. */
const FENCE_FIRST: Program = {
  threads: [
    [{ op: 'lock', body: [{ op: 'publish', release: false }] }, { op: 'condWait' }],
    [{ op: 'smpMb' }, { op: 'store', how: 'write', v: 'x', value: 0 }, { op: 'plainReadPair' }],
  ],
}

/** What the first thread reads at last is the newest, unless the other one, that it had found at rest, takes the lock before. */
const AT_REST: Program = {
  threads: [
    [
      { op: 'lock', body: [{ op: 'load', how: 'read', v: 'y' }, { op: 'cpuRelax' }] },
      { op: 'load', how: 'read', v: 'x' },
    ],
    [
      { op: 'store', how: 'write', v: 'x', value: 1 },
      { op: 'store', how: 'write', v: 'y', value: 1 },
      { op: 'lock', body: [] },
    ],
  ],
}

const RUNS = Number(process.env.AGREEMENT_RUNS ?? 120)

describe.each(MEMORY_MODELS)('under %s', { timeout: 300_000 }, (model) => {
  it('the reduced searches tell what a full one does, of every small program, and a divided one does no more', () => {
    let compared = 0
    fc.assert(
      fc.property(program, (p) => {
        const all = tell(assemble(p, model), 'all', model === 'tso' ? 5_000 : 20_000)
        fc.pre(all !== null)
        const reduced = (['commuting', 'states'] as const).map((r) => tell(assemble(p, model), r) as Told)
        // A shard stops at an error, as a verification does, and then what is left goes on in the next round.
        const divided = tellInRounds(assemble(p, model), 'states')
        for (const { violations, outcomes } of [...reduced, divided])
          expect({ violations, outcomes }).toEqual({
            violations: all?.violations,
            outcomes: all?.outcomes,
          })
        expect(divided.counts.states).toBe(reduced[1]?.counts.states)
        if ((all as Told).executions <= 1000)
          expect(tellInRounds(assemble(p, model), 'all').executions).toBe(all?.executions)
        compared++
      }),
      {
        examples: [[FENCE_FIRST], [AT_REST]],
        numRuns: RUNS,
        seed: Number(process.env.AGREEMENT_SEED ?? 1),
        maxSkipsPerRun: 1000,
      },
    )
    expect(compared).toBeGreaterThanOrEqual(RUNS)
  })
})
