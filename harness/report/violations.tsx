import { plain } from '../trace/wrap.js'
import type { Shown } from './budget.js'
import { activeThreads, type Finding } from './findings.js'
import { count, plural } from './format.js'
import { Interleaving, InterleavingLegend } from './interleaving.js'
import { Row, Table } from './table.js'

/** Up to so many interleavings are shown unfolded, and printed. */
const FEW = 4

export function Violations({
  findings,
  shown,
}: {
  findings: readonly Finding[]
  shown: ReadonlyMap<string, Shown>
}) {
  const few = findings.length <= FEW
  const drawn = findings.filter((f) => shown.get(f.id)?.drawn === true).length
  return (
    <section aria-labelledby="violations" class={few ? 'few' : undefined}>
      <h2 id="violations">Violations, step by step</h2>
      {findings.length === 0 ? (
        <p>None found.</p>
      ) : (
        <>
          <p>
            {plural(findings.length, 'violation')}, one per signature, each reduced to the smallest
            interleaving that still shows it.
            {drawn < findings.length
              ? ` The first ${count(drawn)} are drawn, every candidate's first ones before further ones; the others are given as text or as the command that replays them, to keep this page small.`
              : ''}
          </p>
          <InterleavingLegend />
          {findings.map((finding, i) => (
            <ViolationArticle finding={finding} shown={shown.get(finding.id)} open={few || i === 0} />
          ))}
        </>
      )}
    </section>
  )
}

function ViolationArticle({
  finding: { id, result, violation },
  shown,
  open,
}: {
  finding: Finding
  shown: Shown | undefined
  open: boolean
}) {
  const { trace } = violation
  const name = `${id}: ${violation.kind} in ${result.fix}`
  const size = `${plural(trace.rows.length, 'step')} of ${plural(activeThreads(trace).length, 'thread')}`
  return (
    <article id={id} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        {violation.kind} in {result.fix}{' '}
        <span class="muted">
          ({result.system}, {result.memoryModel})
        </span>
      </h3>
      <p class="bad">{plain(violation.message)}</p>
      <p>
        Replay: <code class="cmd">{violation.command}</code>
      </p>
      <details open={open}>
        <summary>Interleaving: {size}</summary>
        <Facts violation={violation} />
        {shown?.drawn === true ? <Interleaving trace={trace} name={name} /> : null}
        {shown?.text ? (
          <details open={!shown.drawn}>
            <summary>As text columns, for a mail</summary>
            <div class="scroll" tabIndex={0} role="region" aria-label={`Text of ${name}`}>
              <pre>{shown.text}</pre>
            </div>
          </details>
        ) : (
          <p>Not shown here, to keep this page small: replay it.</p>
        )}
      </details>
    </article>
  )
}

function Facts({ violation }: { violation: Finding['violation'] }) {
  return (
    <>
      {violation.concrete ? null : (
        <p class="note">
          Inferred: nothing orders these accesses, so another order of the same steps does the harm.
        </p>
      )}
      <p class="meta">
        First seen in execution {count(violation.firstExecution)}; smallest case:{' '}
        {plural(violation.events, 'event')},{' '}
        {plural(violation.switches, 'context switch', 'context switches')}. Signature:{' '}
        <code>{violation.signature}</code>
        {violation.file === '' ? null : (
          <>
            . Stored in <code>{violation.file}</code>
          </>
        )}
        .
      </p>
    </>
  )
}

/** How soon each violation was found. */
export function FirstSeen({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null
  return (
    <Table
      caption="Bug finding: the execution that first showed each violation"
      head={['Violation', 'System', 'Candidate', 'Model', 'First execution', 'Switches', 'Events', 'Steps']}
    >
      {findings.map(({ id, result, violation }) => (
        <Row
          name={<a href={`#${id}`}>{violation.kind}</a>}
          cells={[
            result.system,
            result.fix,
            result.memoryModel,
            count(violation.firstExecution),
            count(violation.switches),
            count(violation.events),
            count(violation.trace.rows.length),
          ]}
        />
      ))}
    </Table>
  )
}
