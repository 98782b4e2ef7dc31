import { describe, expect, it } from 'vitest'
import { MEMORY_MODELS } from '#harness/machine/index.js'
import { loadFixes, loadSystem } from '#harness/registry.js'
import { subject } from '../../../test/subjects.js'
import { againstSampling, decidesByDefault, searched } from '../../../test/verify/searches.js'

const system = await loadSystem('vfio-user-dma')
const candidates = await loadFixes('vfio-user-dma')
const bound = (parameters: Record<string, number>): unknown => system.bounds?.scenarios(parameters)[0]

const READER = bound({ readers: 1, devices: 0, deletions: 0 })
const DEVICE = bound({ deletions: 0 })

describe.each(MEMORY_MODELS)('under %s', { timeout: 300_000 }, (memoryModel) => {
  it('the default bound verifies each candidate that holds, and breaks each other one as it says', () => {
    for (const { fix } of candidates) decidesByDefault({ system, fix, memoryModel })
  })

  it('no violation that sampling finds is missed', () => {
    let broken = 0
    for (const { fix } of candidates)
      // A device of its own makes a search of half a minute under tso and weak.
      for (const scenario of memoryModel === 'sc' ? [READER, DEVICE] : [READER]) {
        const { missed, broken: breaks } = againstSampling({ system, fix, memoryModel }, scenario, 100)
        expect([fix.name, missed]).toEqual([fix.name, []])
        if (breaks) broken++
      }
    expect(broken).toBeGreaterThan(4)
  })
})

// Under weak, turns of the main loop that come for nothing are too many for a search without reduction.
it.each(['baseline', 'synchronous', 'by-reference-reset'])(
  'the main loop forgets nothing of its turns that decides anything: %s',
  async (fix) => {
    const of = await subject('vfio-user-dma', fix, 'sc')
    const { errors, executions } = searched(of, READER, 'all', 1)
    expect(executions).toBeGreaterThan(50)
    expect(searched(of, READER, 'states', 1).errors).toEqual(errors)
  },
)

describe('under weak', () => {
  it('turns of the main loop that come for nothing do not multiply states', async () => {
    const { executions } = searched(await subject('vfio-user-dma', 'by-reference-reset', 'weak'), READER)
    expect(executions).toBeLessThan(5_000)
  })
})

it('all that is found is found without any reduction, in one preemption', async () => {
  for (const [fix, scenario] of [
    ['baseline', 'section'],
    ['asynchronous-unregister', 'iothread-device'],
    ['quiesce-gate-block', 'nested-access'],
    ['by-reference', 'object-del'],
    ['synchronous', 'mmio'],
  ] as const) {
    const of = await subject('vfio-user-dma', fix, 'sc')
    const events = system.scenarios[scenario]?.scenario
    const { errors } = searched(of, events, 'all', 1)
    expect([fix, errors.length > 0]).toEqual([fix, true])
    expect(searched(of, events).errors).toEqual(expect.arrayContaining([...errors]))
  }
})
