import type { VerifyResult } from '../results.js'
import { isVerified, kinds, type Finding, type Verdict } from './findings.js'
import { count, plural, progress } from './format.js'

/** One candidate under one memory model. */
export function VerdictCell({
  verdict,
  page = '',
}: {
  verdict: Verdict | undefined
  /** Where the interleavings are; empty = on this page. */
  page?: string
}) {
  if (
    !verdict ||
    (verdict.executions === 0 && verdict.findings.length === 0 && verdict.explored.length === 0)
  )
    return <td class="muted">not run</td>
  const broken = verdict.findings.length > 0
  const known = broken || verdict.executions > 0 || isVerified(verdict)
  return (
    <td class={broken ? 'broken' : known ? 'survived' : 'muted'}>
      {broken ? <Broken findings={verdict.findings} page={page} /> : null}
      {verdict.explored.map((r) => (
        <Explored result={r} broken={broken} />
      ))}
      {!broken && verdict.executions > 0 ? <Survived executions={verdict.executions} /> : null}
      {!known ? null : verdict.unexpected ? (
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

function Explored({ result: r, broken }: { result: VerifyResult; broken: boolean }) {
  if (r.outcome === 'violated') return null
  const within = r.budget?.cut ? `, at most ${plural(r.budget.limit, r.budget.kind.slice(0, -1))}` : ''
  if (r.outcome === 'unfinished')
    return (
      <div class="small">
        search {where(r)}
        {within} not finished: about {progress(r.share)}
      </div>
    )
  // What broke it lies beyond that bound.
  if (broken)
    return (
      <div class="small">
        not {where(r)}
        {within}: {plural(r.executions, 'run')}
      </div>
    )
  return (
    <>
      <div class="good">
        <span aria-hidden="true">✓ </span>verified {where(r)}
        {within}
      </div>
      <div class="small">all executions: {plural(r.executions, 'run')}</div>
    </>
  )
}

/** `up to readers=2, lookups=2`: what is 0 is left out; `in scenario same-offset`. */
function where({ bound }: VerifyResult): string {
  if (!bound.includes('=')) return `in ${bound}`
  const parts = bound.split(',').filter((part) => !part.endsWith('=0'))
  return `up to ${parts.join(', ')}`
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
