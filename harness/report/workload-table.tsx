import { CandidateName } from './candidate-name.js'
import type { Candidate } from './findings.js'
import { nanosecondsWithin, percentWithin } from './format.js'
import type { Simulation } from '../results.js'
import type { Study } from './study.js'
import { Row, Table } from './table.js'

/** Every workload that was simulated, those that no plot shows as well. */
export function WorkloadTables({ study, candidates }: { study: Study; candidates: readonly Candidate[] }) {
  if (study.cases.length < 2) return null
  const latency = (s: Simulation): string => nanosecondsWithin(s.latency.mean, s.latencyInterval)
  const misses = (s: Simulation): string => percentWithin(s.missRate, s.missRateInterval)
  return (
    <>
      <h4>All workloads</h4>
      <Cases
        caption="Mean lookup latency by workload"
        study={study}
        candidates={candidates}
        print={latency}
      />
      <Cases caption="Miss rate by workload" study={study} candidates={candidates} print={misses} />
    </>
  )
}

function Cases({
  caption,
  study,
  candidates,
  print,
}: {
  caption: string
  study: Study
  candidates: readonly Candidate[]
  print: (s: Simulation) => string
}) {
  return (
    <Table caption={caption} head={['Workload', ...candidates.map((c) => <CandidateName candidate={c} />)]}>
      {study.cases.map(({ workload, differs, simulations }) => (
        <Row
          name={
            <>
              {workload}
              <small>{differs === '' ? 'as above' : differs}</small>
            </>
          }
          cells={candidates.map((c) => {
            const s = simulations.find((m) => m.fix === c.name)
            return s ? print(s) : '–'
          })}
        />
      ))}
    </Table>
  )
}
