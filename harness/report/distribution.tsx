import { PERCENTILES, type Percentile, type Simulation } from '../results.js'
import { against, inShort } from './against.js'
import { CandidateName } from './candidate-name.js'
import type { Candidate } from './findings.js'
import { list, quantity, within } from './format.js'
import { heading, type Named } from './metrics.js'
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
  // Words would break the lines of all cells; the caption has them.
  const unit = metric.unit === 'ns' || metric.unit === '%' ? metric.unit : ''
  return (
    <>
      <h3>{metric.title}</h3>
      <Tail base={base} metric={metric} looks={looks} command={command} />
      <Table
        caption={`${unit === '' ? heading(metric) : metric.title}, simulated; ± 95 % interval; ≈: chance explains the difference; –: too few values to tell`}
        head={['Candidate', 'Mean', `Against ${first?.fix ?? ''}`, ...SHOWN.map(([name]) => name), 'Max']}
      >
        {candidates.map((c) => {
          const f = base.find((b) => b.fix === c.name)?.metrics[metric.name]
          const d = f?.distribution
          return f && d ? (
            <Row
              name={<CandidateName candidate={c} />}
              cells={[
                within(f.value, f.interval, unit),
                c.name === first?.fix ? '–' : inShort(differences.get(c.name)),
                ...SHOWN.map(([, key]) => {
                  const [value, half] = [d[key], f.intervals?.[key]]
                  return value === undefined || half === undefined ? '–' : within(value, half, unit)
                }),
                quantity(d.max, unit),
              ]}
            />
          ) : null
        })}
      </Table>
    </>
  )
}

const LEVELS = Object.entries(PERCENTILES) as [Percentile, number][]

/**
 * Which share of all is above a value, as a logarithm: the tail is what differs. So are times, which lie far apart.
 * Where too few values were sampled to tell a tail, the table is enough.
 */
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
  const times = metric.unit === 'ns'
  const data = base.flatMap((s) => {
    const d = s.metrics[metric.name]?.distribution
    if (!d) return []
    return LEVELS.flatMap(([key, level]) => {
      const x = d[key]
      return x === undefined ? [] : [{ fix: s.fix, x: times ? positive(x) : x, y: 100 - level }]
    })
  })
  const least = Math.min(100, ...data.map((d) => d.y))
  if (least > 10) return null
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
      caption={`${metric.title}: the share of all that is above a value (${times ? 'both axes' : 'vertical axis'} logarithmic)`}
      description={description}
      command={command}
      options={{
        height: 300,
        marginBottom: AXIS,
        marginLeft: 52,
        x: {
          type: times ? 'log' : 'linear',
          label: metric.unit,
          tickFormat: times ? '~s' : '~g',
          grid: true,
          ticks: 6,
        },
        y: {
          type: 'log',
          label: '% above',
          grid: true,
          tickFormat: '~g',
          ticks: [0.01, 0.1, 1, 10, 100].filter((y) => y >= least - 1e-9),
          domain: [least, 100],
        },
        marks: series(data, data, looks, { curve: 'linear' }),
      }}
    />
  )
}

/** Log scales have no zero. */
const positive = (value: number): number => Math.max(value, 0.1)
