// How fast lookups are simulated: part of `npm run bars`, in a process of its own, as a worker of the bench is.
import { WARM_UP } from '../dist/harness/bench/observer.js'
import { simulate } from '../dist/harness/bench/simulate.js'
import { loadFix, loadSystem } from '../dist/harness/registry.js'

const system = await loadSystem('ram-list')
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]

console.log('Lookups that are simulated in a second of processor time, small guest:')
for (const name of ['baseline', 'nested-rcu-free']) {
  const { fix } = await loadFix(system, name)
  const parameters = { ...system.bench.parameters, milliseconds: 400 }
  const speeds = []
  for (let seed = 0; seed < 24; seed++) {
    const before = process.cpuUsage()
    const { metrics } = simulate({
      system: 'ram-list',
      bench: system.bench,
      fix,
      workload: 'small-guest',
      parameters,
      seed,
      replications: 5,
    })
    const { user, system: kernel } = process.cpuUsage(before)
    // Those of the warm-up are simulated as well; the compiler's warm-up is not counted.
    if (seed > 3) speeds.push(metrics.latency.samples / (1 - WARM_UP) / (user + kernel))
  }
  console.log(
    `  ${name.padEnd(16)} ${median(speeds).toFixed(2)} million, at best ${Math.max(...speeds).toFixed(2)}`,
  )
}
