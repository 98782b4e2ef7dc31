import type { ComponentChildren } from 'preact'
import type { BenchFile, Simulation } from '../results.js'
import { against, inShort } from './against.js'
import type { Findings, System } from './findings.js'
import { count, list, plural, within } from './format.js'
import { mainOf, metricsOf, type Named } from './metrics.js'
import { MODEL_TITLES } from './models.js'
import { pageOf } from './pages.js'
import { sentences, type Sentence } from './sentences.js'
import { inWords, study } from './study.js'
import { Table } from './table.js'
import { VerdictCell } from './verdict-cell.js'

/** The answer: who is broken, who survived, what each costs. */
export function Summary({ findings, bench }: { findings: Findings; bench: BenchFile | null }) {
  return (
    <section aria-labelledby="summary">
      <h2 id="summary">Summary</h2>
      {findings.systems.length === 0 ? <p>The result files are empty: nothing was run.</p> : null}
      {findings.systems.map((system) => (
        <SystemSummary
          system={system}
          findings={findings}
          bench={bench}
          title={
            <a href={pageOf(system.name)}>
              {system.name}
              {bench?.systems[system.name]?.title ? `: ${bench.systems[system.name]?.title ?? ''}` : ''}
            </a>
          }
        />
      ))}
      {findings.models.length > 0 ? <Residual /> : null}
    </section>
  )
}

/** Verdict and cost side by side; a fast broken fix is shown as broken. */
export function SystemSummary({
  system,
  findings,
  bench,
  title,
  here = false,
}: {
  system: System
  findings: Findings
  bench: BenchFile | null
  title: ComponentChildren
  /** It stands on the system's own page. */
  here?: boolean
}) {
  const cost = bench ? study(bench.simulations, system.name) : null
  const [first] = cost?.base ?? []
  const metrics = bench && cost ? mainOf(metricsOf(bench, system.name, cost.base)) : []
  const head = [
    'Candidate',
    ...findings.models.map((m) => (
      <>
        {m} <small>{MODEL_TITLES[m]}</small>
      </>
    )),
    ...metrics.flatMap((m) => [m.title, `Against ${first?.fix ?? ''}`]),
  ]
  const asked = cost
    ? ` Costs: simulated time, workload ${first?.workload ?? ''}${Object.keys(cost.parameters).length > 0 ? ` (${inWords(cost.parameters)})` : ''}, ± 95 % interval; ≈ means that chance explains the difference.`
    : ''
  return (
    <>
      <h3>{title}</h3>
      <Sentences system={system} bench={bench} />
      <Table caption={`${system.name}: verdict by memory model, and cost.${asked}`} head={head}>
        {system.candidates.map((c) => (
          <tr>
            <th scope="row">
              {c.name}
              {c.title === '' ? null : <small>{c.title}</small>}
            </th>
            {findings.models.map((m) => (
              <VerdictCell verdict={c.verdicts.get(m)} page={here ? '' : pageOf(system.name)} />
            ))}
            {metrics.map((m) => (
              <Cost base={cost?.base ?? []} fix={c.name} metric={m} />
            ))}
          </tr>
        ))}
      </Table>
    </>
  )
}

function Cost({ base, fix, metric }: { base: readonly Simulation[]; fix: string; metric: Named }) {
  const [first] = base
  const figure = base.find((s) => s.fix === fix)?.metrics[metric.name]
  if (!first || !figure)
    return (
      <td colSpan={2} class="muted">
        not measured
      </td>
    )
  return (
    <>
      <td class="n">{within(figure.value, figure.interval, metric.unit)}</td>
      <td class="n">{first.fix === fix ? '–' : inShort(against(base, metric.name).get(fix))}</td>
    </>
  )
}

function Sentences({ system, bench }: { system: System; bench: BenchFile | null }) {
  const all = sentences(system, bench)
  const fuzzed = all.filter((s) => s.candidate.judged)
  const broken = fuzzed.filter((s) => s.verdict === 'broken')
  const surprising = fuzzed.filter((s) => [...s.candidate.verdicts.values()].some((v) => v.unexpected))
  const unfuzzed = all.filter((s) => !s.candidate.judged)
  return (
    <>
      <p>
        <strong>
          {fuzzed.length === 0
            ? 'Not searched: only costs are known, nothing of safety.'
            : broken.length === 0
              ? `None of ${plural(fuzzed.length, 'candidate')} was broken.`
              : `${count(broken.length)} of ${plural(fuzzed.length, 'candidate')} ${broken.length === 1 ? 'is' : 'are'} broken.`}
        </strong>
      </p>
      <ul>
        {all
          .filter((s) => s.verdict !== 'broken')
          .map((s) => (
            <Line sentence={s} />
          ))}
      </ul>
      {broken.length === 0 ? null : (
        <details open={broken.length <= 6}>
          <summary>The {plural(broken.length, 'broken one')}</summary>
          <ul>
            {broken.map((s) => (
              <Line sentence={s} />
            ))}
          </ul>
        </details>
      )}
      {fuzzed.length > 0 && unfuzzed.length > 0 ? (
        <p>
          Not searched, so nothing is known of their safety: {list(unfuzzed.map((s) => s.candidate.name))}.
        </p>
      ) : null}
      {surprising.length > 0 ? (
        <p>
          <span class="badge alarm">unexpected</span> Other than the candidate's file says:{' '}
          {list(surprising.map((s) => s.candidate.name))}.
        </p>
      ) : null}
    </>
  )
}

function Line({ sentence: { candidate, verdict, safety, cost } }: { sentence: Sentence }) {
  return (
    <li>
      <span class={verdict === 'broken' ? 'bad' : verdict === 'held' ? 'good' : undefined}>
        {candidate.name}
      </span>{' '}
      {safety}
      {cost === '' ? '' : `; ${cost}`}.
    </li>
  )
}

function Residual() {
  return (
    <p class="note small">
      “Risk below 3 in n”: when none of n executions fails, the chance that one more execution of the same
      campaign fails is below 3/n, at 95 % confidence (the rule of three). It says nothing of scenarios that
      the campaign does not generate. Surviving is not a proof. “Verified” is one, for the executions within
      that bound or those scenarios, on the emulated machine: all of them were run, or an equivalent of each.
      Costs are compared by a paired t test over replications that got the same arrivals, corrected for the
      number of candidates (Holm).
    </p>
  )
}
