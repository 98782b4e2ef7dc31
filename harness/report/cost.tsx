import type { BenchFile } from '../results.js'
import { Accesses, Reclaim } from './accesses.js'
import type { Findings, System } from './findings.js'
import { plural } from './format.js'
import { Latency } from './latency.js'
import { Misses } from './misses.js'
import { looks } from './palette.js'
import { Legend } from './plot.js'
import { inWords, study } from './study.js'
import { Sweeps } from './sweeps.js'
import { WorkloadTables } from './workload-table.js'

/** What the candidates cost, in simulated time only: no wall clock in here. */
export function SimulatedCost({ bench, findings }: { bench: BenchFile; findings: Findings }) {
  if (bench.simulations.length === 0) return null
  return (
    <section aria-labelledby="cost">
      <h2 id="cost">Cost, in simulated time</h2>
      <p>
        All times here are simulated: the emulated machine charges each step what the{' '}
        <a href="#costs">cost model</a> says. They compare candidates; they are not measurements of any
        hardware. ± gives the 95 % interval over replications. A candidate marked ✗ is broken: its figures are
        the price of a wrong answer.
      </p>
      {findings.systems.map((system) => (
        <SystemCost system={system} bench={bench} />
      ))}
    </section>
  )
}

function SystemCost({ system, bench }: { system: System; bench: BenchFile }) {
  const found = study(bench.simulations, system.name)
  const [first] = found?.base ?? []
  if (!found || !first) return null
  const { base, parameters } = found
  const measured = system.candidates.filter((c) => base.some((s) => s.fix === c.name))
  // Looks are dealt over all candidates of the system, so that one looks the same in every plot.
  const mine = looks(system.candidates).filter((l) => measured.some((c) => c.name === l.name))
  return (
    <>
      <h3>{system.name}</h3>
      <p class="meta">
        Unless a figure says otherwise: workload {first.workload}
        {Object.keys(parameters).length > 0 ? ` (${inWords(parameters)})` : ''},{' '}
        {plural(first.lookups, 'lookup')} of {first.fix}.
      </p>
      <Legend looks={mine} />
      <Latency base={base} looks={mine} candidates={measured} />
      <Sweeps sweeps={found.sweeps} looks={mine} candidates={measured} />
      <Misses base={base} looks={mine} candidates={measured} />
      <Accesses base={base} candidates={measured} />
      <Reclaim base={base} candidates={measured} />
      <WorkloadTables study={found} candidates={measured} />
    </>
  )
}
