import { describe, expect, it } from 'vitest'
import { ChoicesDriver } from '#harness/drivers/replay.js'
import { Campaign } from '#harness/fuzz/campaign.js'
import { JsfuzzSource } from '#harness/fuzz/jsfuzz.js'
import { machineFor } from '#harness/fuzz/program.js'
import { MEMORY_MODELS } from '#harness/machine/index.js'
import { subject } from '../../../test/subjects.js'

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] as number

describe.each(MEMORY_MODELS)('a campaign under %s', (memoryModel) => {
  it("finds the baseline's race within 100 executions, median of 20 seeds", async () => {
    const baseline = await subject('ram-list', 'baseline', memoryModel)
    const firsts = Array.from({ length: 20 }, (_, seed) => {
      const campaign = new Campaign(baseline, seed + 1)
      for (;;) {
        campaign.run(20)
        const race = campaign.result.findings.find((f) => f.violation.kind === 'use-after-free')
        if (race) return race.execution
      }
    })
    expect(median(firsts)).toBeLessThanOrEqual(100)
  })

  it('is a function of its seed', async () => {
    const nested = await subject('ram-list', 'nested-rcu-free', memoryModel)
    const results = [3, 3, 4].map((seed) => {
      const campaign = new Campaign(nested, seed)
      campaign.run(3000)
      return JSON.stringify(campaign.result)
    })
    expect(results[0]).toBe(results[1])
    expect(results[0]).not.toBe(results[2])
  })

  it('records choices that lead to the same violations again', async () => {
    const baseline = await subject('ram-list', 'baseline', memoryModel)
    const campaign = new Campaign(baseline, 1)
    campaign.run(4000)
    const { findings } = campaign.result
    expect(findings.length).toBeGreaterThan(1)
    for (const { violation, scenario, choices } of findings) {
      const machine = machineFor(baseline, scenario)
      const driver = new ChoicesDriver(choices)
      driver.begin()
      expect(machine.run(driver).violations).toContainEqual(violation)
    }
  })
})

describe('coverage', () => {
  it('grows, and ends at what the result says', async () => {
    const campaign = new Campaign(await subject('ram-list', 'baseline', 'sc'), 1)
    campaign.run(2000)
    const { series, coverage } = campaign.result
    const points = series.map((p) => p.points)
    expect(points).toEqual([...points].sort((a, b) => a - b))
    expect(points.at(-1)).toBe(coverage)
    expect(coverage).toBeGreaterThan(100)
  })

  it('is what keeps inputs: without it the corpus stays empty', async () => {
    const baseline = await subject('ram-list', 'baseline', 'sc')
    const campaign = new Campaign(baseline, 1)
    campaign.run(500)
    expect(campaign.result.corpus).toBeGreaterThan(10)
    expect(campaign.result.corpus).toBeLessThanOrEqual(campaign.result.coverage)
  })
})

describe('jsfuzz as the engine', () => {
  it("finds the baseline's race, and the same from the same seed", async () => {
    const baseline = await subject('ram-list', 'baseline', 'weak')
    const [a, b] = [1, 1].map((seed) => {
      const campaign = new Campaign(baseline, seed, new JsfuzzSource(baseline, seed))
      campaign.run(8000)
      return campaign.result
    })
    expect(a?.findings.map((f) => f.violation.kind)).toContain('use-after-free')
    expect(JSON.stringify(a)).toBe(JSON.stringify(b))
    expect(a?.corpus).toBeGreaterThan(10)
  })
})
