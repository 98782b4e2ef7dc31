import * as Plot from '@observablehq/plot'
import type { Simulation } from '../results.js'
import { CandidateName } from './candidate-name.js'
import type { Candidate } from './findings.js'
import { change, list, nanoseconds, nanosecondsWithin } from './format.js'
import type { Look } from './palette.js'
import { AXIS, Figure } from './plot.js'
import { Row, Table } from './table.js'

const PERCENTILES = [
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p99.9', 'p999'],
] as const

const BAND = 38

export function Latency({
  base,
  looks,
  candidates,
}: {
  base: readonly Simulation[]
  looks: readonly Look[]
  candidates: readonly Candidate[]
}) {
  const [first] = base
  return (
    <>
      <h4>Lookup latency</h4>
      <Percentiles base={base} looks={looks} />
      <Table
        caption="Lookup latency, simulated"
        head={['Candidate', 'Mean', `Against ${first?.fix ?? ''}`, ...PERCENTILES.map(([name]) => name)]}
      >
        {candidates.map((c) => {
          const s = base.find((b) => b.fix === c.name)
          return s && first ? (
            <Row
              name={<CandidateName candidate={c} />}
              cells={[
                nanosecondsWithin(s.latency.mean, s.latencyInterval),
                s === first
                  ? '–'
                  : change(
                      s.latency.mean,
                      first.latency.mean,
                      Math.hypot(s.latencyInterval, first.latencyInterval),
                    ),
                ...PERCENTILES.map(([, key]) => nanoseconds(s.latency[key])),
              ]}
            />
          ) : null
        })}
      </Table>
    </>
  )
}

/** A line per candidate from p50 to p99.9, its name above it: long names need no margin. */
function Percentiles({ base, looks }: { base: readonly Simulation[]; looks: readonly Look[] }) {
  const names = looks.map((l) => l.name)
  const spans = base.map((s) => ({ fix: s.fix, from: s.latency.p50, to: s.latency.p999 }))
  const dots = base.flatMap((s) =>
    PERCENTILES.map(([name, key]) => ({ fix: s.fix, name, value: positive(s.latency[key]) })),
  )
  const description = `Latency percentiles. ${list(
    base.map((s) => `${s.fix}: median ${nanoseconds(s.latency.p50)}, p99.9 ${nanoseconds(s.latency.p999)}`),
  )}.`
  return (
    <Figure
      caption="Latency percentiles: ● p50, then p90, p99 and p99.9 from left to right (log scale)"
      description={description}
      options={{
        height: 60 + BAND * names.length,
        marginBottom: AXIS,
        marginLeft: 8,
        marginRight: 16,
        x: { type: 'log', label: 'ns', tickFormat: '~s', grid: true, ticks: 4, nice: true },
        y: { type: 'band', domain: names, axis: null },
        color: { type: 'categorical', domain: names, range: looks.map((l) => l.colour) },
        marks: [
          ...looks.map((look) =>
            Plot.link(
              spans.filter((s) => s.fix === look.name),
              {
                x1: (s: { from: number }) => positive(s.from),
                x2: (s: { to: number }) => positive(s.to),
                y: 'fix',
                stroke: look.colour,
                strokeDasharray: look.dash,
                strokeWidth: 2,
              },
            ),
          ),
          Plot.dot(
            dots.filter((d) => d.name === 'p50'),
            { x: 'value', y: 'fix', fill: 'fix', r: 5 },
          ),
          Plot.tickX(
            dots.filter((d) => d.name !== 'p50'),
            { x: 'value', y: 'fix', stroke: 'fix', strokeWidth: 2.5, insetTop: 12, insetBottom: 12 },
          ),
          Plot.text(looks, {
            y: 'name',
            text: (l: Look) => shorten(l.label),
            frameAnchor: 'left',
            textAnchor: 'start',
            dy: -13,
          }),
        ],
      }}
    />
  )
}

/** Log scales have no zero. */
const positive = (ns: number): number => Math.max(ns, 0.1)

/** A name that fits into the width of a plot. */
export const shorten = (name: string): string => (name.length > 42 ? `${name.slice(0, 41)}…` : name)
