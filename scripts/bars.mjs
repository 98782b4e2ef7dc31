// The figures that the README claims, measured: `npm run bars`. Speeds are per core, medians of five.
import { Campaign } from '../dist/harness/fuzz/campaign.js'
import { machineFor } from '../dist/harness/fuzz/program.js'
import { RandomDriver } from '../dist/harness/drivers/random.js'
import { loadFix, loadSystem } from '../dist/harness/registry.js'

const system = await loadSystem('ram-list')
const subject = async (name, memoryModel) => ({ system, memoryModel, fix: (await loadFix(system, name)).fix })
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]

console.log('Random executions of the reference scenario (nested-rcu-free), all checks on:')
for (const memoryModel of ['sc', 'tso', 'weak']) {
  const machine = machineFor(
    await subject('nested-rcu-free', memoryModel),
    system.scenarios.reference.scenario,
  )
  const driver = new RandomDriver()
  const speeds = []
  let steps = 0
  let executions = 0
  for (let round = 0; round < 6; round++) {
    const start = performance.now()
    for (let i = 0; i < 60_000; i++) {
      driver.begin(executions++, machine)
      steps += machine.run(driver).steps
    }
    // The first round warms the compiler up.
    if (round > 0) speeds.push(60_000 / ((performance.now() - start) / 1000))
  }
  const speed = median(speeds)
  const length = steps / executions
  console.log(
    `  ${memoryModel.padEnd(5)} ${Math.round(speed)} executions/s of ${length.toFixed(1)} steps: ${((speed * length) / 1e6).toFixed(1)} million steps/s`,
  )
}

console.log("Executions until the baseline's use-after-free, 20 seeds:")
for (const memoryModel of ['sc', 'tso', 'weak']) {
  const baseline = await subject('baseline', memoryModel)
  const firsts = Array.from({ length: 20 }, (_, seed) => {
    const campaign = new Campaign(baseline, seed + 1)
    for (;;) {
      campaign.run(20)
      const race = campaign.result.findings.find((f) => f.violation.kind === 'use-after-free')
      if (race) return race.execution
    }
  })
  console.log(`  ${memoryModel.padEnd(5)} median ${median(firsts)}, at most ${Math.max(...firsts)}`)
}
