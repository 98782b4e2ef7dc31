import { beforeAll, describe, expect, it } from 'vitest'
import { ChoicesDriver } from '#harness/drivers/replay.js'
import { Campaign } from '#harness/fuzz/campaign.js'
import { Coverage } from '#harness/fuzz/coverage.js'
import { distil } from '#harness/fuzz/distil.js'
import type { Input } from '#harness/fuzz/input.js'
import { machineFor, type Subject } from '#harness/fuzz/program.js'
import { loadFixes, loadSystem, systemNames } from '#harness/registry.js'

describe('a distilled queue', () => {
  let subject: Subject
  let inputs: readonly Input[]
  let small: Input[]

  /** What inputs reach together, by running them again. */
  const reach = (some: readonly Input[]): Set<number> => {
    const coverage = new Coverage()
    for (const { scenario, choices } of some) {
      const machine = machineFor(subject, scenario)
      machine.coverage = coverage
      const driver = new ChoicesDriver(choices)
      driver.begin()
      machine.run(driver)
    }
    return new Set(coverage.reached)
  }

  beforeAll(async () => {
    const name = systemNames()[0] as string
    const [first] = await loadFixes(name)
    if (!first) throw new Error('no candidate')
    subject = { system: await loadSystem(name), fix: first.fix, memoryModel: 'weak' }
    const campaigns = [1, 2].map((seed) => {
      const campaign = new Campaign(subject, seed)
      campaign.run(1500)
      return campaign.result.inputs
    })
    inputs = campaigns.flat()
    small = distil(subject, inputs)
  })

  it('reaches what all reach, with far fewer inputs', () => {
    expect(reach(small)).toEqual(reach(inputs))
    expect(small.length).toBeLessThan(inputs.length / 2)
  })

  it('has no input that could be spared', () => {
    const all = reach(small).size
    for (const input of small) expect(reach(small.filter((i) => i !== input)).size).toBeLessThan(all)
  })

  it('says what each input adds to those before it', () => {
    const points = small.flatMap((i) => i.points)
    expect(new Set(points).size).toBe(points.length)
    expect(new Set(points)).toEqual(reach(small))
  })

  it('is the same every time, and once more', () => {
    expect(distil(subject, inputs)).toEqual(small)
    expect(distil(subject, small)).toHaveLength(small.length)
  })
})
