import { describe, expect, it } from 'vitest'
import { subject } from '../../../test/subjects.js'
import { searched } from '../../../test/verify/searches.js'

/** The kinds of violation in all executions with at most so many preemptions. */
async function bounded(fix: string, scenario: string, preemptions: number): Promise<readonly string[]> {
  const of = await subject('vfio-user-dma', fix, 'sc')
  return searched(of, of.system.scenarios[scenario]?.scenario, 'all', preemptions).kinds
}

describe('every execution of up to two preemptions under sc', () => {
  it.each(['section', 'ram-list', 'iothread-device', 'main-loop-device', 'transaction', 'access-under-bql'])(
    'is clear in by-reference-reset: %s',
    async (scenario) => {
      expect(await bounded('by-reference-reset', scenario, 2)).toEqual([])
    },
  )

  it.each(['section', 'ram-list', 'second-request', 'unmap-then-all'])(
    'is clear in asynchronous-unregister: %s',
    async (scenario) => {
      expect(await bounded('asynchronous-unregister', scenario, 2)).toEqual([])
    },
  )

  it('one is enough for what breaks', async () => {
    expect(await bounded('baseline', 'section', 1)).toContain('use-after-free')
    expect(await bounded('asynchronous-unregister', 'iothread-device', 1)).toContain('use-after-free')
    expect(await bounded('quiesce-gate-block', 'nested-access', 1)).toEqual(['deadlock'])
    expect(await bounded('by-reference', 'object-del', 1)).toContain('use-after-free')
    expect(await bounded('by-reference-reset', 'object-del', 1)).toEqual([])
  })
})
