import type { FuzzFile, FuzzResult } from '../results.js'
import type { Finding, Findings, System } from './findings.js'
import { count, list, short } from './format.js'
import { looks, type Look } from './palette.js'
import { AXIS, Figure, Legend, series } from './plot.js'
import { Row, Table } from './table.js'
import { FirstSeen } from './violations.js'

/** Points drawn per line; more are not told apart on a screen. */
const POINTS = 60

export function Coverage({
  fuzz,
  findings,
  system,
  mine,
}: {
  fuzz: FuzzFile
  findings: Findings
  system: System
  mine: readonly Finding[]
}) {
  const found = mine.filter((f) => !('outcome' in f.result))
  return (
    <section aria-labelledby="coverage">
      <h2 id="coverage">The campaign: coverage and bug finding</h2>
      <p>
        Coverage counts what interleaved: who reads whose store, which thread hands an object to which, where
        a section stands towards a grace period. A line that still climbs at its end says that more executions
        would show more.
      </p>
      <SystemCoverage system={system} fuzz={fuzz} findings={findings} />
      <h3 id="first-seen">How soon each violation was found</h3>
      {found.length === 0 ? <p>None was found.</p> : <FirstSeen findings={found} />}
    </section>
  )
}

function SystemCoverage({ system, fuzz, findings }: { system: System; fuzz: FuzzFile; findings: Findings }) {
  const results = fuzz.results.filter((r) => r.system === system.name)
  const all = looks(system.candidates)
  const drawn = results.some((r) => r.series.length > 1)
  const timed = results.some((r) => (r.seconds ?? 0) > 0)
  if (results.length === 0) return null
  return (
    <>
      {drawn ? <Legend looks={all.filter((l) => results.some((r) => r.fix === l.name))} /> : null}
      <div class="plots">
        {findings.models.map((model) => {
          const mine = results.filter((r) => r.memoryModel === model && r.series.length > 1)
          return mine.length === 0 ? null : (
            <Growth results={mine} looks={all} model={model} command={fuzz.command} />
          )
        })}
      </div>
      <Table
        caption={`${system.name}: what each campaign did`}
        head={[
          'Candidate',
          'Model',
          'Executions',
          'Steps',
          'Coverage',
          'Corpus',
          ...(timed ? ['Executions/s', 'Wall clock'] : []),
        ]}
      >
        {results.map((r) => (
          <Row
            name={r.fix}
            cells={[
              r.memoryModel,
              count(r.executions),
              count(r.steps),
              count(r.coverage),
              count(r.corpus),
              ...(timed ? speed(r) : []),
            ]}
          />
        ))}
      </Table>
    </>
  )
}

/** Result files leave the time out where the same seed has to give the same file. */
const speed = ({ executions, seconds = 0 }: FuzzResult): string[] =>
  seconds > 0 ? [count(Math.round(executions / seconds)), `${short(seconds)} s`] : ['–', '–']

function Growth({
  results,
  looks: all,
  model,
  command,
}: {
  results: readonly FuzzResult[]
  looks: readonly Look[]
  model: string
  command: string
}) {
  const data = results.flatMap((r, run) =>
    thin(r.series)
      .filter((p) => p.executions > 0)
      .map((p) => ({ fix: r.fix, run, x: p.executions, y: p.points })),
  )
  const ends = results.flatMap((r) => {
    const last = r.series.at(-1)
    return last ? [{ fix: r.fix, run: 0, x: last.executions, y: last.points }] : []
  })
  const description = `Coverage over executions under ${model}. At the end: ${list(ends.map((e) => `${e.fix} ${count(e.y)}`))}.`
  return (
    <Figure
      caption={`Coverage under ${model}`}
      description={description}
      command={command}
      options={{
        height: 230,
        marginBottom: AXIS,
        marginLeft: 48,
        x: { type: 'log', label: 'executions', ticks: 4, tickFormat: '~s' },
        y: { label: 'coverage points', grid: true, zero: true, ticks: 5 },
        marks: series(data, ends, all, { z: 'run', curve: 'step-after' }),
      }}
    />
  )
}

/** Keeps the first and the last point, and evenly spread ones between. */
function thin<T>(series: readonly T[]): T[] {
  if (series.length <= POINTS) return [...series]
  const step = (series.length - 1) / (POINTS - 1)
  return Array.from({ length: POINTS }, (_, i) => series[Math.round(i * step)] as T)
}
