import { describe, expect, it } from 'vitest'
import { kindsOf, PreemptionBounded } from '../../../test/machine/litmus.js'
import { machine } from './system.js'

/** All executions with so many preemptions, and the kinds of violation in them. */
async function bounded(
  fix: string,
  scenario: string,
  bound: number,
): Promise<{ executions: number; kinds: string[] }> {
  const m = await machine(fix, 'sc', scenario)
  const path = new PreemptionBounded(bound)
  const kinds = new Set<string>()
  let executions = 0
  do {
    for (const kind of kindsOf(m.run(path))) kinds.add(kind)
    executions++
  } while (path.advance())
  return { executions, kinds: [...kinds].sort() }
}

describe('every execution of up to two preemptions', () => {
  it.each([
    'section',
    'ram-list',
    'iothread-device',
    'transaction',
    'object-del',
    'second-request',
    'access-under-bql',
  ])('is clear in by-reference-reset: %s', async (scenario) => {
    const { executions, kinds } = await bounded('by-reference-reset', scenario, 2)
    console.log(scenario, executions)
    expect(kinds).toEqual([])
    expect(executions).toBeGreaterThan(1000)
  })
})
