import { plain } from '../trace/wrap.js'
import type { Notice } from './findings.js'
import { count } from './format.js'
import { Row, Table } from './table.js'

/** Graded observations. They stand apart from the verdicts on purpose. */
export function Notices({ notices }: { notices: readonly Notice[] }) {
  if (notices.length === 0) return null
  return (
    <section aria-labelledby="notices">
      <h2 id="notices">Notices</h2>
      <p>
        What a reviewer wants to know and what does <strong>not</strong> make a candidate broken: a stale but
        safe lookup, a changed contract of a drain.
      </p>
      <Table
        caption="Notices, by candidate and memory model"
        head={['Notice', 'System', 'Candidate', 'Model', 'What was seen', 'First execution']}
      >
        {notices.map(({ result, notice }) => (
          <Row
            name={notice.kind}
            cells={[
              result.system,
              result.fix,
              result.memoryModel,
              plain(notice.message),
              count(notice.firstExecution),
            ]}
          />
        ))}
      </Table>
    </section>
  )
}
