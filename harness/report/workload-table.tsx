import { CandidateName } from './candidate-name.js'
import type { Candidate } from './findings.js'
import { within } from './format.js'
import { heading, type Named } from './metrics.js'
import type { Study } from './study.js'
import { Row, Table } from './table.js'

/** Every workload that was simulated, those that no plot shows as well. */
export function WorkloadTables({
  study,
  metrics,
  candidates,
}: {
  study: Study
  metrics: readonly Named[]
  candidates: readonly Candidate[]
}) {
  if (study.cases.length < 2) return null
  return (
    <>
      <h3>All workloads</h3>
      {metrics.map((metric) => (
        <Cases metric={metric} study={study} candidates={candidates} />
      ))}
    </>
  )
}

function Cases({
  metric,
  study,
  candidates,
}: {
  metric: Named
  study: Study
  candidates: readonly Candidate[]
}) {
  return (
    <Table
      caption={`${heading(metric)}, by workload`}
      head={['Workload', ...candidates.map((c) => <CandidateName candidate={c} />)]}
    >
      {study.cases.map(({ workload, differs, simulations }) => (
        <Row
          name={
            <>
              {workload}
              <small>{differs === '' ? 'as above' : differs}</small>
            </>
          }
          cells={candidates.map((c) => {
            const f = simulations.find((m) => m.fix === c.name)?.metrics[metric.name]
            return f ? within(f.value, f.interval, metric.unit === 'ns' ? 'ns' : '') : '–'
          })}
        />
      ))}
    </Table>
  )
}
