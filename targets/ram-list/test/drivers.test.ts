import { describe, expect, it } from 'vitest'
import { choicesOf, ChoicesDriver, LenientReplay, ScheduleWriter } from '#harness/drivers/replay.js'
import { SAMPLERS } from '#harness/drivers/samplers.js'
import type { Driver } from '#harness/drivers/driver.js'
import { choicesMade } from '#harness/fuzz/campaign.js'
import { machineFor } from '#harness/fuzz/program.js'
import { MEMORY_MODELS } from '#harness/machine/index.js'
import { subject } from '../../../test/subjects.js'

const drivers = Object.entries(SAMPLERS).flatMap(([name, make]) =>
  make().map((d): [string, Driver] => [name, d]),
)

describe.each(MEMORY_MODELS)('drivers under %s', async (model) => {
  const s = await subject('ram-list', 'baseline', model)
  const scenario = s.system.scenarios.reference?.scenario

  it.each(drivers)('%s decides by its seed alone', (_, driver) => {
    const runs = [1, 2, 1].map((seed) => {
      const machine = machineFor(s, scenario)
      driver.begin(99, machine)
      machine.run(driver)
      driver.begin(seed, machine)
      const outcome = machine.run(driver)
      return JSON.stringify([
        outcome,
        Array.from(choicesMade(machine).agents),
        Array.from(choicesMade(machine).values),
      ])
    })
    expect(runs[0]).toBe(runs[2])
    expect(runs[0]).not.toBe(runs[1])
  })

  it('raw choices, and a written schedule, replay step by step', () => {
    const machine = machineFor(s, scenario)
    for (const [, driver] of drivers) {
      for (let seed = 0; seed < 50; seed++) {
        const writer = new ScheduleWriter(driver)
        writer.begin(seed, machine)
        const outcome = machine.run(writer)
        const raw = choicesMade(machine)
        for (const choices of [raw, choicesOf(machine, writer.schedule)]) {
          const replay = new ChoicesDriver(choices)
          replay.begin()
          expect(machine.run(replay)).toEqual(outcome)
          expect(choicesMade(machine)).toEqual(raw)
        }
      }
    }
  })

  it('lenient replay takes the same way on the same code', () => {
    const machine = machineFor(s, scenario)
    let same = 0
    for (let seed = 0; seed < 100; seed++) {
      const writer = new ScheduleWriter((SAMPLERS.pct as () => readonly Driver[])()[0] as Driver)
      writer.begin(seed, machine)
      const outcome = machine.run(writer)
      const lenient = new LenientReplay(writer.schedule)
      lenient.begin()
      same += Number(JSON.stringify(machine.run(lenient)) === JSON.stringify(outcome))
    }
    expect(same).toBe(100)
  })
})
