import type { Simulation } from '../results.js'
import { against } from './against.js'
import { CandidateName } from './candidate-name.js'
import type { Candidate } from './findings.js'
import { within } from './format.js'
import { heading, type Named } from './metrics.js'
import { Row, Table } from './table.js'

/** All metrics of all candidates under one workload; what differs from the first one beyond noise is marked. */
export function Figures({
  base,
  metrics,
  candidates,
}: {
  base: readonly Simulation[]
  metrics: readonly Named[]
  candidates: readonly Candidate[]
}) {
  const [first] = base
  const differences = new Map(metrics.map((m) => [m.name, against(base, m.name)]))
  const mark = (metric: Named, fix: string): string => {
    const d = differences.get(metric.name)?.get(fix)
    if (!d?.significant) return ''
    return d.value > d.base ? ' ▲' : ' ▼'
  }
  return (
    <>
      <h3>All figures</h3>
      <Table
        caption={`Simulated, ± 95 % interval; ▲ more, ▼ less than ${first?.fix ?? ''}, beyond noise`}
        head={['Candidate', ...metrics.map(heading)]}
      >
        {candidates.map((c) => {
          const s = base.find((b) => b.fix === c.name)
          return s ? (
            <Row
              name={<CandidateName candidate={c} />}
              cells={metrics.map((m) => {
                const f = s.metrics[m.name]
                const unit = m.unit === 'ns' ? 'ns' : ''
                return f ? `${within(f.value, f.interval, unit)}${mark(m, c.name)}` : '–'
              })}
            />
          ) : null
        })}
      </Table>
    </>
  )
}
