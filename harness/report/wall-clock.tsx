import type { BenchFile } from '../results.js'
import { CandidateName } from './candidate-name.js'
import type { System } from './findings.js'
import { nanoseconds, short, unique } from './format.js'
import { Again } from './plot.js'
import { times } from './reproduce.js'
import { Row, Table } from './table.js'

/** Measured time. It shares no figure with simulated time. */
export function WallClock({ bench, system }: { bench: BenchFile; system: System }) {
  const mine = bench.wallClock.filter((w) => w.system === system.name)
  if (mine.length === 0) return null
  const { cpu, node, cores } = bench.environment
  return (
    <section aria-labelledby="wall-clock">
      <h2 id="wall-clock">Wall clock</h2>
      <p>
        Measured on the machine that ran the benchmark ({cpu}, {cores} cores, Node {node}): each candidate's
        path called directly, the scheduler taken away. Before that it was checked that it returns what it
        returns on the emulated machine. Compare within a table only, and never with the simulated times
        above.
      </p>
      {unique(mine.map((w) => w.path)).map((path) => (
        <Table
          caption={`${system.name}, ${path}: time per call; median with its 95 % interval`}
          head={['Candidate', 'Median', 'Interval', '10th percentile', '90th percentile', 'Relative']}
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
                    `${short(w.interval[0])} to ${short(w.interval[1])}`,
                    nanoseconds(w.low),
                    nanoseconds(w.high),
                    `${short(w.relative)} ×`,
                  ]}
                />
              )
            })}
        </Table>
      ))}
      <Again command={times(bench, system.name)} />
    </section>
  )
}
