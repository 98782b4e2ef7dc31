import { kinds, type Finding, type Verdict } from './findings.js'
import { count, plural } from './format.js'

/** One candidate under one memory model. */
export function VerdictCell({
  verdict,
  page = '',
}: {
  verdict: Verdict | undefined
  /** Where the interleavings are; empty = on this page. */
  page?: string
}) {
  if (!verdict || (verdict.executions === 0 && verdict.findings.length === 0))
    return <td class="muted">not run</td>
  const broken = verdict.findings.length > 0
  return (
    <td class={broken ? 'broken' : 'survived'}>
      {broken ? (
        <Broken findings={verdict.findings} page={page} />
      ) : (
        <Survived executions={verdict.executions} />
      )}
      {verdict.unexpected ? (
        <span class="badge alarm">{broken ? 'unexpected violation' : 'unexpected: said to break'}</span>
      ) : (
        <span class="badge">as expected</span>
      )}
    </td>
  )
}

/** One link per kind, to the first of it. */
function Broken({ findings, page }: { findings: readonly Finding[]; page: string }) {
  return (
    <>
      <div class="bad">
        <span aria-hidden="true">✗ </span>broken
      </div>
      <ul>
        {kinds(findings).map((kind) => {
          const mine = findings.filter((f) => f.violation.kind === kind)
          return (
            <li>
              <a href={`${page}#${mine[0]?.id ?? ''}`}>{kind}</a>
              {mine.length > 1 ? ` ×${mine.length}` : ''}
            </li>
          )
        })}
      </ul>
    </>
  )
}

function Survived({ executions }: { executions: number }) {
  return (
    <>
      <div class="good">
        <span aria-hidden="true">✓ </span>survived
      </div>
      <div class="small nobreak">{plural(executions, 'execution')}</div>
      <div class="small">risk below 3 in {count(executions)}</div>
    </>
  )
}
