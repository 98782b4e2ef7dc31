import { PERCENTILES, type Percentile, type Simulation } from '../results.js'
import { against, inShort } from './against.js'
import { CandidateName } from './candidate-name.js'
import type { Candidate } from './findings.js'
import { list, quantity, within } from './format.js'
import type { Named } from './metrics.js'
import type { Look } from './palette.js'
import { AXIS, Figure, series } from './plot.js'
import { Row, Table } from './table.js'

const SHOWN = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
] as const satisfies readonly (readonly [string, Percentile])[]

/** How what was sampled is distributed: its tail as a plot, its percentiles as a table. */
export function Distribution({
  base,
  metric,
  looks,
  candidates,
  command,
}: {
  base: readonly Simulation[]
  metric: Named
  looks: readonly Look[]
  candidates: readonly Candidate[]
  command: string
}) {
  const [first] = base
  const differences = against(base, metric.name)
  return (
    <>
      <h3>{metric.title}</h3>
      <Tail base={base} metric={metric} looks={looks} command={command} />
      <Table
        caption={`${metric.title}, simulated; ± 95 % interval; ≈: chance explains the difference; –: too few values to tell`}
        head={['Candidate', 'Mean', `Against ${first?.fix ?? ''}`, ...SHOWN.map(([name]) => name), 'Max']}
      >
        {candidates.map((c) => {
          const f = base.find((b) => b.fix === c.name)?.metrics[metric.name]
          const d = f?.distribution
          return f && d ? (
            <Row
              name={<CandidateName candidate={c} />}
              cells={[
                within(f.value, f.interval, metric.unit),
                c.name === first?.fix ? '–' : inShort(differences.get(c.name)),
                ...SHOWN.map(([, key]) => {
                  const [value, half] = [d[key], f.intervals?.[key]]
                  return value === undefined || half === undefined ? '–' : within(value, half, metric.unit)
                }),
                quantity(d.max, metric.unit),
              ]}
            />
          ) : null
        })}
      </Table>
    </>
  )
}

const LEVELS = Object.entries(PERCENTILES) as [Percentile, number][]

/** Which share of all takes longer than so much, both on logarithmic axes: the tail is what differs. */
function Tail({
  base,
  metric,
  looks,
  command,
}: {
  base: readonly Simulation[]
  metric: Named
  looks: readonly Look[]
  command: string
}) {
  const data = base.flatMap((s) => {
    const d = s.metrics[metric.name]?.distribution
    if (!d) return []
    return LEVELS.flatMap(([key, level]) => {
      const x = d[key]
      return x === undefined ? [] : [{ fix: s.fix, x: positive(x), y: 100 - level }]
    })
  })
  if (data.length === 0) return null
  const description = `${metric.title}: share that is larger. ${list(
    base.flatMap((s) => {
      const d = s.metrics[metric.name]?.distribution
      const told = SHOWN.flatMap(([name, key]) =>
        d?.[key] === undefined ? [] : [`${name} ${quantity(d[key], metric.unit)}`],
      )
      return told.length > 0 ? [`${s.fix}: ${told.join(', ')}`] : []
    }),
  )}.`
  return (
    <Figure
      wide
      caption={`${metric.title}: the share of all that is above a value (both axes logarithmic)`}
      description={description}
      command={command}
      options={{
        height: 300,
        marginBottom: AXIS,
        marginLeft: 52,
        x: { type: 'log', label: metric.unit, tickFormat: '~s', grid: true, ticks: 6 },
        y: {
          type: 'log',
          label: '% above',
          grid: true,
          tickFormat: '~g',
          ticks: [0.01, 0.1, 1, 10, 100],
          domain: [0.01, 100],
        },
        marks: series(data, data, looks, { curve: 'linear' }),
      }}
    />
  )
}

/** Log scales have no zero. */
const positive = (value: number): number => Math.max(value, 0.1)
