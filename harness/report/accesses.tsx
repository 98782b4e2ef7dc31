import type { Simulation } from '../results.js'
import { CandidateName } from './candidate-name.js'
import type { Candidate } from './findings.js'
import { count, nanoseconds, short } from './format.js'
import { Row, Table } from './table.js'

interface Props {
  base: readonly Simulation[]
  candidates: readonly Candidate[]
}

/** What a lookup does to shared memory. */
export function Accesses({ base, candidates }: Props) {
  return (
    <>
      <h4>Shared accesses per lookup</h4>
      <Table
        caption="Mean number per lookup; a transfer is a cache line fetched from another CPU"
        head={['Candidate', 'Loads', 'Stores', 'Atomics', 'Fences', 'Transfers']}
      >
        {candidates.map((c) => {
          const n = base.find((b) => b.fix === c.name)?.perLookup
          return n ? (
            <Row
              name={<CandidateName candidate={c} />}
              cells={[n.loads, n.stores, n.atomics, n.fences, n.transfers].map(short)}
            />
          ) : null
        })}
      </Table>
    </>
  )
}

/** The other side of the bill: how long removed memory stays. */
export function Reclaim({ base, candidates }: Props) {
  return (
    <>
      <h4>Reclaim</h4>
      <Table
        caption="From removal to free, simulated"
        head={[
          'Candidate',
          'Unplugs',
          'Grace periods per unplug',
          'Mean time to free',
          'Peak unreclaimed blocks',
        ]}
      >
        {candidates.map((c) => {
          const s = base.find((b) => b.fix === c.name)
          return s ? (
            <Row
              name={<CandidateName candidate={c} />}
              cells={[
                count(s.unplugs),
                short(s.gracePeriodsPerUnplug),
                nanoseconds(s.timeToFree),
                short(s.peakUnreclaimed),
              ]}
            />
          ) : null
        })}
      </Table>
    </>
  )
}
