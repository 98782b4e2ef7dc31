import type { Candidate, System } from './findings.js'
import { count, plural } from './format.js'
import { Breaks, Table } from './table.js'

/** What each stored interleaving does to each candidate: violation kinds, by file and candidate. */
export interface CrashMatrix {
  readonly [file: string]: { readonly [fix: string]: readonly string[] }
}

/** Every stored interleaving tried on every candidate: a fix is as good as the crashes that it stops. */
export function Matrix({ system, matrix }: { system: System; matrix: CrashMatrix }) {
  const files = Object.keys(matrix)
  const candidates = system.candidates.filter((c) => c.judged || files.some((f) => matrix[f]?.[c.name]))
  if (files.length === 0 || candidates.length === 0) return null
  const hits = (c: Candidate): number => files.filter((f) => matrix[f]?.[c.name]).length
  return (
    <section aria-labelledby="matrix">
      <h2 id="matrix">Crashes tried on every candidate</h2>
      <p>
        The corpus has {plural(files.length, 'interleaving')}. Each was replayed on every candidate, anchored
        to what the threads do and not to step numbers, so that it fits other code.
      </p>
      <Table caption="Interleavings of the corpus that break a candidate" head={['Candidate', 'Breaks it']}>
        {candidates.map((c) => (
          <tr>
            <th scope="row">{c.name}</th>
            <td class={`n ${hits(c) > 0 ? 'broken' : 'survived'}`}>
              {count(hits(c))} of {count(files.length)}
            </td>
          </tr>
        ))}
      </Table>
      <details>
        <summary>
          {count(files.length)} interleavings × {plural(candidates.length, 'candidate')}
        </summary>
        <p class="small">
          Try a cell:{' '}
          <code class="cmd">
            npx rcufuzz replay corpus/{system.name}/{files[0]} --fix {candidates[0]?.name}
          </code>
        </p>
        <Table
          caption="✗: the interleaving (row) breaks the candidate (column)"
          head={['Interleaving', ...candidates.map((c) => <span class="turn">{c.name}</span>)]}
        >
          {files.map((file) => (
            <tr>
              <th scope="row" class="file">
                {file.replace(/^crash-|\.json$/g, '')}
              </th>
              {candidates.map((c) => (
                <Breaks kinds={matrix[file]?.[c.name]} />
              ))}
            </tr>
          ))}
        </Table>
      </details>
    </section>
  )
}
