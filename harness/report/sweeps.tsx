import * as Plot from '@observablehq/plot'
import type { Simulation } from '../results.js'
import { CandidateName } from './candidate-name.js'
import type { Candidate } from './findings.js'
import { list, count, nanoseconds, nanosecondsWithin, percent, percentWithin, unique } from './format.js'
import type { Look } from './palette.js'
import { AXIS, Figure, series } from './plot.js'
import { words, type Sweep } from './study.js'
import { Row, Table } from './table.js'

/** One figure that is drawn over a swept parameter. */
interface Measure {
  readonly title: string
  readonly axis: string
  readonly of: (s: Simulation) => number
  readonly interval: (s: Simulation) => number
  readonly scale: number
  readonly print: (n: number) => string
  readonly within: (n: number, half: number) => string
}

const MEASURES: readonly Measure[] = [
  {
    title: 'Mean lookup latency',
    axis: 'ns',
    of: (s) => s.latency.mean,
    interval: (s) => s.latencyInterval,
    scale: 1,
    print: nanoseconds,
    within: nanosecondsWithin,
  },
  {
    title: 'Miss rate',
    axis: '% of lookups',
    of: (s) => s.missRate,
    interval: (s) => s.missRateInterval,
    scale: 100,
    print: percent,
    within: percentWithin,
  },
]

/** How latency and miss rate depend on whatever the workloads vary. */
export function Sweeps({
  sweeps,
  looks,
  candidates,
}: {
  sweeps: readonly Sweep[]
  looks: readonly Look[]
  candidates: readonly Candidate[]
}) {
  if (sweeps.length === 0) return null
  return (
    <>
      <h4>Against {list(sweeps.map((s) => words(s.parameter)))}</h4>
      <div class="plots">
        {sweeps.flatMap((sweep) =>
          MEASURES.map((measure) => <Lines sweep={sweep} measure={measure} looks={looks} />),
        )}
      </div>
      <details>
        <summary>These plots as tables</summary>
        {sweeps.flatMap((sweep) =>
          MEASURES.map((measure) => <Figures sweep={sweep} measure={measure} candidates={candidates} />),
        )}
      </details>
    </>
  )
}

function Lines({ sweep, measure, looks }: { sweep: Sweep; measure: Measure; looks: readonly Look[] }) {
  const data = sweep.points.map(({ fix, x, simulation }) => {
    const y = measure.of(simulation)
    const half = measure.interval(simulation)
    return { fix, x, y: y * measure.scale, low: (y - half) * measure.scale, high: (y + half) * measure.scale }
  })
  const xs = unique(data.map((d) => d.x)).sort((a, b) => a - b)
  const scale = scaleFor(xs)
  const parameter = words(sweep.parameter)
  const ends = looks.flatMap((l) => {
    const mine = data.filter((d) => d.fix === l.name)
    const [from] = mine
    const to = mine.at(-1)
    const print = (n: number): string => measure.print(n / measure.scale)
    return from && to ? [`${l.name} from ${print(from.y)} to ${print(to.y)}`] : []
  })
  return (
    <Figure
      caption={`${measure.title} against ${parameter}`}
      description={`${measure.title}, ${parameter} from ${xs[0] ?? 0} to ${xs.at(-1) ?? 0}: ${list(ends)}.`}
      options={{
        height: 230,
        marginBottom: AXIS,
        marginLeft: 48,
        x: {
          ...scale,
          label: parameter,
          ticks: spread(xs, scale),
          tickFormat: (x: number) => count(x),
        },
        y: far(data.map((d) => d.low))
          ? { label: `${measure.axis} (log scale)`, grid: true, type: 'log', ticks: 4, tickFormat: '~g' }
          : { label: measure.axis, grid: true, zero: true, ticks: 5 },
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
  measure,
  candidates,
}: {
  sweep: Sweep
  measure: Measure
  candidates: readonly Candidate[]
}) {
  const xs = unique(sweep.points.map((p) => p.x)).sort((a, b) => a - b)
  return (
    <Table
      caption={`${measure.title} against ${words(sweep.parameter)}`}
      head={['Candidate', ...xs.map((x) => count(x))]}
    >
      {candidates.map((c) => (
        <Row
          name={<CandidateName candidate={c} />}
          cells={xs.map((x) => {
            const s = sweep.points.find((p) => p.fix === c.name && p.x === x)?.simulation
            return s ? measure.within(measure.of(s), measure.interval(s)) : '–'
          })}
        />
      ))}
    </Table>
  )
}
