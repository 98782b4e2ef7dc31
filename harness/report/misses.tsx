import * as Plot from '@observablehq/plot'
import type { Simulation } from '../results.js'
import { CandidateName } from './candidate-name.js'
import type { Candidate } from './findings.js'
import { list, percent, unique } from './format.js'
import { colour, type Look } from './palette.js'
import { AXIS, Figure } from './plot.js'
import { Row, Table } from './table.js'

const BAND = 38

/** Why lookups missed the cached block, and how long the walk was then. */
export function Misses({
  base,
  looks,
  candidates,
}: {
  base: readonly Simulation[]
  looks: readonly Look[]
  candidates: readonly Candidate[]
}) {
  const reasons = unique(base.flatMap((s) => Object.keys(s.missReasons)))
  // Whoever asks no cache misses always, and would press all others flat.
  const without = base.filter((s) => (s.missReasons['none'] ?? 0) > 0.99).map((s) => s.fix)
  const shown = without.length < base.length ? base.filter((s) => !without.includes(s.fix)) : base
  const shares = shown.flatMap((s) =>
    reasons.map((reason) => ({ fix: s.fix, reason, share: (s.missReasons[reason] ?? 0) * 100 })),
  )
  const drawn = looks.filter((l) => shown.some((s) => s.fix === l.name))
  const names = drawn.map((l) => l.name)
  if (reasons.length === 0) return null
  return (
    <>
      <h3>Misses</h3>
      <>
        <ul class="legend" aria-label="Miss reasons">
          {reasons.map((reason, i) => (
            <li>
              <span class="key" aria-hidden="true" style={`background:${colour(i)}`} />
              {reason}
            </li>
          ))}
        </ul>
        <Figure
          caption={`Share of all lookups that missed, by reason (in the legend's order, from left to right)${shown === base || without.length === 0 ? '' : `; not drawn, as they ask no cache: ${list(without)}`}`}
          description={`Miss rates. ${list(base.map((s) => `${s.fix}: ${percent(Object.values(s.missReasons).reduce((a, b) => a + b, 0))}`))}. The table below has the reasons.`}
          options={{
            height: 60 + BAND * names.length,
            marginBottom: AXIS,
            marginLeft: 14,
            marginRight: 16,
            x: { label: '% of lookups', grid: true, ticks: 5 },
            y: { type: 'band', domain: names, axis: null },
            color: { type: 'categorical', domain: reasons, range: reasons.map((_, i) => colour(i)) },
            marks: [
              Plot.barX(shares, {
                x: 'share',
                y: 'fix',
                fill: 'reason',
                order: reasons,
                stroke: 'var(--bg)',
                insetTop: 17,
                insetBottom: 4,
              }),
              Plot.text(drawn, {
                y: 'name',
                text: (l: Look) => shorten(l.label),
                frameAnchor: 'left',
                textAnchor: 'start',
                dy: -10,
              }),
            ],
          }}
        />
      </>
      <Table caption="Misses, in shares of all lookups" head={['Candidate', ...reasons]}>
        {candidates.map((c) => {
          const s = base.find((b) => b.fix === c.name)
          return s ? (
            <Row
              name={<CandidateName candidate={c} />}
              cells={[...reasons.map((reason) => percent(s.missReasons[reason] ?? 0))]}
            />
          ) : null
        })}
      </Table>
    </>
  )
}

/** A name that fits into the width of a plot. */
const shorten = (name: string): string => (name.length > 42 ? `${name.slice(0, 41)}…` : name)
