import { describe, expect, it } from 'vitest'
import { subject } from '../../../test/subjects.js'
import { searched } from '../../../test/verify/searches.js'

/** All kinds of violation in all schedules of a scenario with so many preemptions, under `sc`. */
async function everySchedule(fix: string, scenario: string, preemptions: number): Promise<readonly string[]> {
  const of = await subject('region-lifetime', fix, 'sc')
  return searched(of, of.system.scenarios[scenario]?.scenario, 'all', preemptions).kinds
}

describe('no schedule with at most two preemptions', () => {
  it.each([
    ['unrealize-in-callback-guarded', 'blocked-on-bql'],
    ['unrealize-in-callback-guarded', 'lockless'],
    ['unrealize-in-callback-guarded', 'bar-re-enabled'],
    ['unrealize-in-callback-guarded', 'nested-transaction'],
    ['unrealize-in-callback-complete', 'direct-access-to-device-memory'],
    ['unrealize-in-callback-complete', 'ejected-twice'],
    ['reject-unrealized-bql', 'blocked-on-bql'],
    ['reject-unrealized-bql', 'lockless'],
    ['reject-unrealized-bql', 'nested-transaction'],
    ['separate-region-mutual', 'blocked-on-bql'],
    ['separate-region-mutual', 'dynamic-region'],
  ])('breaks %s in %s', async (fix, scenario) => {
    expect(await everySchedule(fix, scenario, 2)).toEqual([])
  })
})

describe('one preemption', () => {
  it.each([
    ['baseline', 'blocked-on-bql', 'use-after-free'],
    ['unparent-waits', 'blocked-on-bql', 'deadlock'],
    ['unrealize-in-callback', 'nested-transaction-lockless', 'use-after-free'],
    ['reject-unrealized', 'lockless', 'use-after-free'],
    ['separate-region-reject', 'blocked-on-bql', 'use-after-free'],
    ['finalize-frees-state', 'blocked-on-bql', 'unrealized-owner'],
  ])('is enough for %s in %s', async (fix, scenario, kind) => {
    expect(await everySchedule(fix, scenario, 1)).toEqual([kind])
  })
})

describe('no preemption', () => {
  it('is needed for a wait in the own section', async () => {
    for (const fix of ['unparent-waits', 'unparent-waits-guarded', 'unparent-drains'])
      expect(await everySchedule(fix, 'guest-eject', 0)).toEqual(['deadlock'])
  })
})
