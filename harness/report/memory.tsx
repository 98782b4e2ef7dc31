import type { Simulation } from '../results.js'
import { list, short } from './format.js'
import type { Look } from './palette.js'
import { AXIS, Figure, series } from './plot.js'

/** Objects that were removed and are not freed yet, over time. */
export function Memory({
  simulations,
  looks,
  command,
}: {
  /** Of one workload. */
  simulations: readonly Simulation[]
  looks: readonly Look[]
  command: string
}) {
  const data = simulations.flatMap((s) =>
    s.unreclaimed.map((p) => ({ fix: s.fix, x: p.milliseconds, y: p.objects })),
  )
  if (data.length === 0) return null
  const peak = (s: Simulation): string => short(Math.max(0, ...s.unreclaimed.map((p) => p.objects)))
  return (
    <Figure
      wide
      caption={`Memory held over time: objects removed and not yet freed (workload ${simulations[0]?.workload ?? ''}, first replication)`}
      description={`Unreclaimed objects over simulated time; at most: ${list(simulations.map((s) => `${s.fix} ${peak(s)}`))}.`}
      command={command}
      options={{
        height: 260,
        marginBottom: AXIS,
        marginLeft: 48,
        x: { label: 'simulated ms', ticks: 6, grid: false },
        y: { label: 'objects', grid: true, zero: true, ticks: 5 },
        marks: series(data, [], looks, { curve: 'step-after' }),
      }}
    />
  )
}
