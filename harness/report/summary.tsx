import type { BenchFile, Simulation } from '../results.js'
import { isVerified, kinds, type Candidate, type Findings, type System } from './findings.js'
import { change, count, list, nanosecondsWithin, percentWithin, plural } from './format.js'
import { MODEL_TITLES } from './models.js'
import { inWords, study, type Study } from './study.js'
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
          cost={study(bench?.simulations ?? [], system.name)}
        />
      ))}
      {findings.models.length > 0 ? <Residual /> : null}
    </section>
  )
}

function SystemSummary({
  system,
  findings,
  cost,
}: {
  system: System
  findings: Findings
  cost: Study | null
}) {
  const [first] = cost?.base ?? []
  const head = [
    'Candidate',
    ...findings.models.map((m) => (
      <>
        {m} <small>{MODEL_TITLES[m]}</small>
      </>
    )),
    ...(cost ? ['Mean lookup', `Against ${first?.fix ?? ''}`, 'Miss rate'] : []),
  ]
  const asked = cost
    ? ` Costs: simulated time, workload ${first?.workload ?? ''}${Object.keys(cost.parameters).length > 0 ? ` (${inWords(cost.parameters)})` : ''}, ± 95 % interval; ≈ means that the intervals explain the difference.`
    : ''
  return (
    <>
      <h3>{system.name}</h3>
      <Sentences system={system} />
      <Table caption={`${system.name}: verdict by memory model, and cost.${asked}`} head={head}>
        {system.candidates.map((c) => (
          <tr>
            <th scope="row">
              {c.name}
              {c.title === '' ? null : <small>{c.title}</small>}
            </th>
            {findings.models.map((m) => (
              <VerdictCell verdict={c.verdicts.get(m)} />
            ))}
            {cost ? <Cost base={cost.base} fix={c.name} /> : null}
          </tr>
        ))}
      </Table>
    </>
  )
}

function Cost({ base, fix }: { base: readonly Simulation[]; fix: string }) {
  const [first] = base
  const mine = base.find((s) => s.fix === fix)
  if (!first || !mine)
    return (
      <td colSpan={3} class="muted">
        not measured
      </td>
    )
  return (
    <>
      <td class="n">{nanosecondsWithin(mine.latency.mean, mine.latencyInterval)}</td>
      <td class="n">
        {mine === first
          ? '–'
          : change(
              mine.latency.mean,
              first.latency.mean,
              Math.hypot(mine.latencyInterval, first.latencyInterval),
            )}
      </td>
      <td class="n">{percentWithin(mine.missRate, mine.missRateInterval)}</td>
    </>
  )
}

function Sentences({ system }: { system: System }) {
  const fuzzed = system.candidates.filter((c) => c.judged)
  const broken = fuzzed.filter((c) => c.broken)
  const held = fuzzed.filter((c) => !c.broken && runs(c) > 0)
  const unknown = system.candidates.filter((c) => !c.judged)
  const proved = fuzzed.filter((c) => verifiedUnder(c).length > 0)
  const surprising = fuzzed.filter((c) => [...c.verdicts.values()].some((v) => v.unexpected))
  if (fuzzed.length === 0) return <p>Not searched: only costs are known, nothing of safety.</p>
  return (
    <>
      <p>
        <strong>
          {broken.length === 0
            ? `None of ${plural(fuzzed.length, 'candidate')} was broken.`
            : `${count(broken.length)} of ${plural(fuzzed.length, 'candidate')} ${broken.length === 1 ? 'is' : 'are'} broken.`}
        </strong>
      </p>
      <ul>
        {held.map((c) => (
          <li>
            <span class="good">{c.name}</span> survived {plural(runs(c), 'execution')},{' '}
            {under(c, [...c.verdicts.keys()])}.
          </li>
        ))}
        {proved.map((c) => (
          <li>
            <span class="good">{c.name}</span> is verified up to its bound, {under(c, verifiedUnder(c))}.
          </li>
        ))}
        {broken.map((c) => (
          <li>
            <span class="bad">{c.name}</span> is broken: {breaks(c)}.
          </li>
        ))}
      </ul>
      {unknown.length > 0 ? (
        <p>Not searched, so nothing is known of their safety: {list(unknown.map((c) => c.name))}.</p>
      ) : null}
      {surprising.length > 0 ? (
        <p>
          <span class="badge alarm">unexpected</span> Other than the candidate's file says:{' '}
          {list(surprising.map((c) => c.name))}.
        </p>
      ) : null}
    </>
  )
}

/** The models under which no execution within the bound is violated, and fuzzing has found nothing beyond it. */
const verifiedUnder = (c: Candidate): string[] =>
  [...c.verdicts].filter(([, v]) => isVerified(v)).map(([model]) => model)

const runs = (c: Candidate): number => [...c.verdicts.values()].reduce((sum, v) => sum + v.executions, 0)

/** `under sc and tso`, of the models that the candidate was run under. */
const under = (c: Candidate, models: readonly string[]): string =>
  models.length > 1 && models.length === c.verdicts.size
    ? `under ${models.length === 2 ? 'both' : 'all'} memory models`
    : `under ${list(models)}`

/** `use-after-free under sc and tso; torn-read under weak`. */
function breaks(c: Candidate): string {
  const models = new Map<string, string[]>()
  for (const [model, verdict] of c.verdicts) {
    const what = list(kinds(verdict.findings))
    if (what !== '') models.set(what, [...(models.get(what) ?? []), model])
  }
  return [...models].map(([what, models]) => `${what} ${under(c, models)}`).join('; ')
}

function Residual() {
  return (
    <p class="note small">
      “Risk below 3 in n”: when none of n executions fails, the chance that one more execution of the same
      campaign fails is below 3/n, at 95 % confidence (the rule of three). It says nothing of scenarios that
      the campaign does not generate. Surviving is not a proof. “Verified up to” is one, for the executions
      within that bound, on the emulated machine: all of them were run, or an equivalent of each.
    </p>
  )
}
