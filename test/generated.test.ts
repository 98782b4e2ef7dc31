import { describe, expect, it } from 'vitest'
import { Campaign } from '#harness/fuzz/campaign.js'
import { expectation } from '#harness/fuzz/program.js'
import { MEMORY_MODELS } from '#harness/machine/index.js'
import { loadFixes, loadSystem, systemNames } from '#harness/registry.js'

/** The rarest verdict of all took 593,000 executions with one seed of three, some 20 seconds. */
const AT_MOST = 1_000_000

describe.each(systemNames())('without the scenarios written by hand, fuzzing finds of %s', async (name) => {
  const system = { ...(await loadSystem(name)), scenarios: {} }
  const broken = (await loadFixes(name)).flatMap(({ fix }) =>
    MEMORY_MODELS.flatMap((memoryModel) => {
      const expected = expectation({ system, fix, memoryModel })
      return expected === 'holds'
        ? []
        : [{ fix, memoryModel, expected, title: `${fix.name} under ${memoryModel}` }]
    }),
  )

  it.each(broken)('that $title is broken', { timeout: 240_000 }, ({ fix, memoryModel, expected }) => {
    const campaign = new Campaign({ system, fix, memoryModel }, 1)
    const found = (): boolean =>
      campaign.result.findings.some(({ violation }) => expected.broken.includes(violation.kind))
    for (let runs = 0; runs < AT_MOST && !found(); runs += 100) campaign.run(100)
    expect(found()).toBe(true)
  })
})
