import { describe, expect, it } from 'vitest'
import { Campaign } from '#harness/fuzz/campaign.js'
import { expectation } from '#harness/fuzz/program.js'
import { MEMORY_MODELS } from '#harness/machine/index.js'
import { loadFixes, loadSystem } from '#harness/registry.js'

const system = { ...(await loadSystem('region-lifetime')), scenarios: {} }
const fixes = await loadFixes('region-lifetime')

describe.each(MEMORY_MODELS)('generated scenarios alone, under %s,', (memoryModel) => {
  const broken = fixes.flatMap(({ fix }) => {
    const expected = expectation({ system, fix, memoryModel })
    return expected === 'holds' ? [] : [{ fix, kinds: [...expected.broken].sort(), name: fix.name }]
  })

  it.each(broken)('show every kind of violation of $name', ({ fix, kinds }) => {
    const campaign = new Campaign({ system, fix, memoryModel }, 1)
    campaign.run(3000)
    expect([...new Set(campaign.result.findings.map((f) => f.violation.kind))].sort()).toEqual(kinds)
  })
})
