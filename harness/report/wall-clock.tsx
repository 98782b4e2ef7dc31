import type { BenchFile } from '../results.js'
import { CandidateName } from './candidate-name.js'
import type { Findings } from './findings.js'
import { nanoseconds, short, unique } from './format.js'
import { Row, Table } from './table.js'

/** Measured time. It shares no figure with simulated time. */
export function WallClock({ bench, findings }: { bench: BenchFile; findings: Findings }) {
  if (bench.wallClock.length === 0) return null
  return (
    <section aria-labelledby="wall-clock">
      <h2 id="wall-clock">Wall clock of the lookup path</h2>
      <p>
        Measured on the machine that ran the benchmark: each candidate's path called directly, the scheduler
        taken away. Compare within a table only, and never with the simulated times above.
      </p>
      {findings.systems.map((system) => {
        const mine = bench.wallClock.filter((w) => w.system === system.name)
        return unique(mine.map((w) => w.path)).map((path) => (
          <Table
            caption={`${system.name}, ${path}: time per call`}
            head={['Candidate', 'Median', '10th percentile', '90th percentile', 'Relative']}
          >
            {mine
              .filter((w) => w.path === path)
              .map((w) => {
                const candidate = system.candidates.find((c) => c.name === w.fix)
                return (
                  <Row
                    name={candidate ? <CandidateName candidate={candidate} /> : w.fix}
                    cells={[
                      nanoseconds(w.nanoseconds),
                      nanoseconds(w.low),
                      nanoseconds(w.high),
                      `${short(w.relative)} ×`,
                    ]}
                  />
                )
              })}
          </Table>
        ))
      })}
    </section>
  )
}
