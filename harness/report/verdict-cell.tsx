import { kinds, type Finding, type Verdict } from './findings.js'
import { count, plural } from './format.js'

/** Links in one cell of the matrix; the table below the interleavings has them all. */
const LINKS = 6

/** One candidate under one memory model. */
export function VerdictCell({ verdict }: { verdict: Verdict | undefined }) {
  if (!verdict || (verdict.executions === 0 && verdict.findings.length === 0))
    return <td class="muted">not run</td>
  const broken = verdict.findings.length > 0
  return (
    <td class={broken ? 'broken' : 'survived'}>
      {broken ? <Broken findings={verdict.findings} /> : <Survived executions={verdict.executions} />}
      {verdict.unexpected ? (
        <span class="badge alarm">{broken ? 'unexpected: said to hold' : 'unexpected: said to break'}</span>
      ) : (
        <span class="badge">as expected</span>
      )}
    </td>
  )
}

function Broken({ findings }: { findings: readonly Finding[] }) {
  const shown = findings.slice(0, LINKS)
  const several = findings.length > kinds(findings).length
  return (
    <>
      <div class="bad">
        <span aria-hidden="true">✗ </span>broken
      </div>
      <ul>
        {shown.map(({ id, violation }) => (
          <li>
            <a href={`#${id}`}>
              {violation.kind}
              {several ? ` (${violation.signature.split(':').slice(1).join(', ')})` : ''}
            </a>
          </li>
        ))}
        {findings.length > LINKS ? (
          <li>
            <a href="#first-seen">{count(findings.length - LINKS)} more</a>
          </li>
        ) : null}
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
