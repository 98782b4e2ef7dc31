import type { Crossing, FuzzResult } from '../results.js'
import { list, plural, unique } from './format.js'
import type { Change, Changes } from './since.js'
import { Breaks, Row, Table } from './table.js'

/** What is new since the campaign before. */
export function News({ changes: { appeared, gone, added, stayed } }: { changes: Changes }) {
  return (
    <section aria-labelledby="news">
      <h2 id="news">Since the previous campaign</h2>
      <p>
        <strong>
          {appeared.length === 0 ? 'Nothing new broke.' : `${plural(appeared.length, 'new violation')}.`}
        </strong>{' '}
        {plural(stayed, 'violation')} as before.
        {added.length > 0 ? ` New candidates: ${list(added)}.` : ''}
      </p>
      {appeared.length > 0 ? (
        <ChangeTable caption="New: not seen by the previous campaign" changes={appeared} />
      ) : null}
      {gone.length > 0 ? (
        <ChangeTable
          caption="Seen by the previous campaign, not by this one (mended, or not found again)"
          changes={gone}
        />
      ) : null}
    </section>
  )
}

function ChangeTable({ caption, changes }: { caption: string; changes: readonly Change[] }) {
  return (
    <Table caption={caption} head={['Candidate', 'Model', 'Violation', 'Replay']}>
      {changes.map(({ result, violation }) => (
        <Row
          name={result.fix}
          cells={[result.memoryModel, violation.signature, <code class="cmd">{violation.command}</code>]}
        />
      ))}
    </Table>
  )
}

/** Candidates that could not be fuzzed to the end, and why. */
export function Problems({ results }: { results: readonly FuzzResult[] }) {
  const stuck = results.filter((r) => r.problem)
  if (stuck.length === 0) return null
  return (
    <section aria-labelledby="problems">
      <h2 id="problems">Not fuzzed to the end</h2>
      <Table
        caption="Candidates that do not run, and what they were running"
        head={['Candidate', 'Model', 'Problem', 'Scenario']}
      >
        {stuck.map(({ fix, memoryModel, problem }) => (
          <Row
            name={fix}
            cells={[
              memoryModel,
              `${problem?.problem ?? ''}: ${problem?.message ?? ''}`,
              problem?.scenario === undefined ? (
                '–'
              ) : (
                <code class="cmd">{JSON.stringify(problem.scenario)}</code>
              ),
            ]}
          />
        ))}
      </Table>
    </section>
  )
}

/** Every crash of this campaign against every candidate of its system. */
export function Crossings({ rows, results }: { rows: readonly Crossing[]; results: readonly FuzzResult[] }) {
  const system = rows[0]?.system ?? ''
  const fixes = unique(results.filter((r) => r.system === system && !r.problem).map((r) => r.fix))
  return (
    <section aria-labelledby="crossings">
      <h2 id="crossings">This campaign's crashes on the other candidates</h2>
      <p>
        The interleaving that broke one candidate, followed on the others by what their threads are about to
        do. That it does not break one proves nothing.
      </p>
      <details>
        <summary>
          {plural(rows.length, 'crash', 'crashes')} × {plural(fixes.length, 'candidate')}
        </summary>
        <Table
          caption="✗: the crash (row) breaks the candidate (column)"
          head={['Crash', ...fixes.map((f) => <span class="turn">{f}</span>)]}
        >
          {rows.map((row) => (
            <tr>
              <th scope="row">
                {row.fix} <small>{`${row.memoryModel} ${row.signature}`}</small>
              </th>
              {fixes.map((f) => (
                <Breaks kinds={row.breaks[f]} />
              ))}
            </tr>
          ))}
        </Table>
      </details>
    </section>
  )
}
