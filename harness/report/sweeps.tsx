import * as Plot from '@observablehq/plot'
import { CandidateName } from './candidate-name.js'
import type { Candidate } from './findings.js'
import { count, list, quantity, unique, within } from './format.js'
import { heading, type Named } from './metrics.js'
import type { Look } from './palette.js'
import { AXIS, Figure, series } from './plot.js'
import { words, type Sweep } from './study.js'
import { Row, Table } from './table.js'

/** How the main figures depend on whatever the workloads vary. */
export function Sweeps({
  sweeps,
  metrics,
  looks,
  candidates,
  again,
}: {
  sweeps: readonly Sweep[]
  metrics: readonly Named[]
  looks: readonly Look[]
  candidates: readonly Candidate[]
  /** The command that simulates some workloads. */
  again: (workloads: readonly string[]) => string
}) {
  if (sweeps.length === 0) return null
  const there = (sweep: Sweep, metric: Named): boolean =>
    sweep.points.some((p) => p.simulation.metrics[metric.name])
  return (
    <>
      <h3>Against {list(sweeps.map((s) => words(s.parameter)))}</h3>
      <div class="plots">
        {sweeps.flatMap((sweep) =>
          metrics
            .filter((m) => there(sweep, m))
            .map((metric) => <Lines sweep={sweep} metric={metric} looks={looks} again={again} />),
        )}
      </div>
      <details>
        <summary>These plots as tables</summary>
        {sweeps.flatMap((sweep) =>
          metrics
            .filter((m) => there(sweep, m))
            .map((metric) => <Figures sweep={sweep} metric={metric} candidates={candidates} />),
        )}
      </details>
    </>
  )
}

function Lines({
  sweep,
  metric,
  looks,
  again,
}: {
  sweep: Sweep
  metric: Named
  looks: readonly Look[]
  again: (workloads: readonly string[]) => string
}) {
  const data = sweep.points.flatMap(({ fix, x, simulation }) => {
    const f = simulation.metrics[metric.name]
    return f ? [{ fix, x, y: f.value, low: f.value - f.interval, high: f.value + f.interval }] : []
  })
  const xs = unique(data.map((d) => d.x)).sort((a, b) => a - b)
  const scale = scaleFor(xs)
  const parameter = words(sweep.parameter)
  const ends = looks.flatMap((l) => {
    const mine = data.filter((d) => d.fix === l.name)
    const [from] = mine
    const to = mine.at(-1)
    const print = (n: number): string => quantity(n, metric.unit)
    return from && to ? [`${l.name} from ${print(from.y)} to ${print(to.y)}`] : []
  })
  // 0.1 % is not to be called 100m %.
  const tickFormat = metric.unit === '%' ? '~g' : '~s'
  const logarithmic = far(data.map((d) => Math.min(d.low, d.y)))
  return (
    <Figure
      caption={`${metric.title} against ${parameter}`}
      description={`${metric.title}, ${parameter} from ${xs[0] ?? 0} to ${xs.at(-1) ?? 0}: ${list(ends)}.`}
      command={again(unique(sweep.points.map((p) => p.simulation.workload)))}
      options={{
        height: 230,
        marginBottom: AXIS,
        marginLeft: 52,
        x: {
          ...scale,
          label: parameter,
          ticks: spread(xs, scale),
          tickFormat: (x: number) => count(x),
        },
        y: logarithmic
          ? { label: `${metric.unit} (log scale)`, grid: true, type: 'log', ticks: 4, tickFormat }
          : { label: metric.unit, grid: true, zero: true, ticks: 5, tickFormat },
        marks: [
          ...looks
            .filter((l) => !l.faint)
            .map((l) =>
              Plot.ruleX(
                data.filter((d) => d.fix === l.name),
                { x: 'x', y1: 'low', y2: 'high', stroke: l.colour, strokeOpacity: 0.6 },
              ),
            ),
          ...series(data, data, looks, {}),
        ],
      }}
    />
  )
}

/** Too far apart for one linear axis: a candidate without a cache would press all others flat. */
const far = (ys: readonly number[]): boolean => Math.min(...ys) > 0 && Math.max(...ys) / Math.min(...ys) >= 6

interface Scale {
  readonly type: 'linear' | 'symlog'
  readonly constant?: number
}

/**
 * Values that are swept in factors are drawn in factors. The symmetric logarithm takes a zero too; with a small
 * constant it is the ordinary one, whose axis in Plot would leave out labels.
 */
function scaleFor(xs: readonly number[]): Scale {
  const least = xs.find((x) => x > 0) ?? 1
  if (xs.some((x) => x < 0) || (xs.at(-1) ?? 0) / least < 8) return { type: 'linear' }
  return { type: 'symlog', constant: xs.includes(0) ? least : least / 1000 }
}

/** Ticks at the swept values themselves, as far as they do not run into each other. */
function spread(xs: readonly number[], { type, constant = 1 }: Scale): number[] {
  const at = (x: number): number => (type === 'linear' ? x : Math.log1p(x / constant))
  const span = at(xs.at(-1) ?? 1) - at(xs[0] ?? 0)
  const ticks: number[] = []
  for (const x of xs) {
    const last = ticks.at(-1)
    if (last === undefined || at(x) - at(last) >= span / 8) ticks.push(x)
  }
  return ticks
}

function Figures({
  sweep,
  metric,
  candidates,
}: {
  sweep: Sweep
  metric: Named
  candidates: readonly Candidate[]
}) {
  const xs = unique(sweep.points.map((p) => p.x)).sort((a, b) => a - b)
  return (
    <Table
      caption={`${heading(metric)} against ${words(sweep.parameter)}`}
      head={['Candidate', ...xs.map((x) => count(x))]}
    >
      {candidates.map((c) => (
        <Row
          name={<CandidateName candidate={c} />}
          cells={xs.map((x) => {
            const s = sweep.points.find((p) => p.fix === c.name && p.x === x)?.simulation
            const f = s?.metrics[metric.name]
            return f ? within(f.value, f.interval, metric.unit) : '–'
          })}
        />
      ))}
    </Table>
  )
}
