import type { BenchFile, Simulation } from '../results.js'
import { Distribution } from './distribution.js'
import { Figures } from './figures.js'
import type { System } from './findings.js'
import { count, list } from './format.js'
import { Memory } from './memory.js'
import { mainOf, metricsOf } from './metrics.js'
import { Misses } from './misses.js'
import { looks } from './palette.js'
import { Legend } from './plot.js'
import { simulates } from './reproduce.js'
import { inWords, study } from './study.js'
import { Sweeps } from './sweeps.js'
import { WorkloadTables } from './workload-table.js'

/** Sampled metrics whose distribution is drawn; of the others the figures are in the table. */
const DRAWN = 3

/** What the candidates of a system cost, in simulated time only: no wall clock in here. */
export function SimulatedCost({ bench, system }: { bench: BenchFile; system: System }) {
  const found = study(bench.simulations, system.name)
  const [first] = found?.base ?? []
  if (!found || !first) return null
  const { base, parameters } = found
  const measured = system.candidates.filter((c) => base.some((s) => s.fix === c.name))
  // Looks are dealt over all candidates of the system, so that one looks the same in every plot.
  const mine = looks(system.candidates).filter((l) => measured.some((c) => c.name === l.name))
  const all = bench.simulations.filter((s) => s.system === system.name)
  const metrics = metricsOf(bench, system.name, all)
  const main = mainOf(metrics)
  const again = (workloads: readonly string[]): string => simulates(bench, system.name, workloads)
  const described = bench.systems[system.name]?.workloads[first.workload]
  return (
    <section aria-labelledby="cost">
      <h2 id="cost">Cost, in simulated time</h2>
      <p>
        All times here are simulated: the emulated machine charges each step what the{' '}
        <a href="index.html#costs">cost model</a> says. They compare candidates; they are not measurements of
        any hardware. ± gives the 95 % interval over {count(replications(base))} replications. A candidate
        marked ✗ is broken: its figures are the price of a wrong answer.
      </p>
      <p class="meta">
        Unless a figure says otherwise: workload {first.workload}
        {described ? `: ${described.title}` : ''}
        {Object.keys(parameters).length > 0 ? ` (${inWords(parameters)})` : ''}.
        {described?.source === undefined ? '' : ` Source: ${described.source}.`}
      </p>
      <Broke simulations={all} />
      <Legend looks={mine} />
      {metrics
        .filter((m) => base.some((s) => s.metrics[m.name]?.distribution?.p50 !== undefined))
        .slice(0, DRAWN)
        .map((metric) => (
          <Distribution
            base={base}
            metric={metric}
            looks={mine}
            candidates={measured}
            command={again([first.workload])}
          />
        ))}
      <Sweeps sweeps={found.sweeps} metrics={main} looks={mine} candidates={measured} again={again} />
      <Misses base={base} looks={mine} candidates={measured} />
      <HeldMemory all={all} base={base} looks={mine} again={again} />
      <Figures base={base} metrics={metrics} candidates={measured} />
      <WorkloadTables study={found} metrics={main} candidates={measured} />
    </section>
  )
}

const replications = (base: readonly Simulation[]): number =>
  Math.max(0, ...base.flatMap((s) => Object.values(s.metrics).map((f) => f.replications.length)))

/** The workload under which most memory is held. */
function HeldMemory({
  all,
  base,
  looks: mine,
  again,
}: {
  all: readonly Simulation[]
  base: readonly Simulation[]
  looks: ReturnType<typeof looks>
  again: (workloads: readonly string[]) => string
}) {
  const held = (s: Simulation): number => s.metrics['unreclaimed']?.value ?? 0
  const [most] = all
    .filter((s) => s.fix === base[0]?.fix && s.unreclaimed.length > 0)
    .sort((a, b) => held(b) - held(a))
  if (!most) return null
  return (
    <>
      <h3>Memory</h3>
      <Memory
        simulations={all.filter((s) => s.workload === most.workload)}
        looks={mine}
        command={again([most.workload])}
      />
    </>
  )
}

/** Candidates that the machine caught while they were measured. */
function Broke({ simulations }: { simulations: readonly Simulation[] }) {
  const kinds = new Map<string, Set<string>>()
  for (const s of simulations)
    for (const v of s.violations)
      if (v.severity === 'error') kinds.set(s.fix, (kinds.get(s.fix) ?? new Set()).add(v.kind))
  if (kinds.size === 0) return null
  return (
    <p class="note">
      Caught while they were measured, so that their figures end early:{' '}
      {list([...kinds].map(([fix, k]) => `${fix} (${list([...k])})`))}.
    </p>
  )
}
