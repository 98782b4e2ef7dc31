import type { Simulation } from '../results.js'
import { unique } from './format.js'

type Value = Simulation['parameters'][string]
type Parameters = Readonly<Record<string, Value>>

/** All simulations of one system, and how their parameters were varied. */
export interface Study {
  /** The first workload, the system's usual one: what the main tables compare. One per candidate. */
  readonly base: readonly Simulation[]
  readonly parameters: Parameters
  readonly sweeps: readonly Sweep[]
  /** Everything that was simulated, workload by workload. */
  readonly cases: readonly Case[]
}

/** One numeric parameter varies, the others stay as in the base. */
export interface Sweep {
  readonly parameter: string
  readonly points: readonly SweepPoint[]
}

export interface SweepPoint {
  readonly fix: string
  readonly x: number
  readonly simulation: Simulation
}

export interface Case {
  readonly workload: string
  /** What differs from the base, in words. */
  readonly differs: string
  readonly simulations: readonly Simulation[]
}

/** How long a replication was: it decides how exact a figure is, not what it is. */
const DURATION = 'milliseconds'

export function study(all: readonly Simulation[], system: string): Study | null {
  const simulations = all.filter((s) => s.system === system)
  const [first] = simulations
  if (!first) return null
  const names = unique(simulations.flatMap((s) => Object.keys(s.parameters))).filter((p) => p !== DURATION)
  const parameters = pick(first.parameters, names)
  const base = unique(simulations.map((s) => s.fix)).flatMap(
    (fix) => simulations.find((s) => s.fix === fix && matches(s, parameters)) ?? [],
  )
  const sweeps = names.map((p) => sweep(simulations, p, parameters)).filter((s) => s.points.length > 0)
  return { base, parameters, sweeps, cases: cases(simulations, names, parameters) }
}

const pick = (parameters: Parameters, names: readonly string[]): Parameters =>
  Object.fromEntries(Object.entries(parameters).filter(([p]) => names.includes(p)))

const matches = (s: Simulation, parameters: Parameters, except = ''): boolean =>
  Object.entries(parameters).every(([p, v]) => p === except || s.parameters[p] === v)

function sweep(simulations: readonly Simulation[], parameter: string, parameters: Parameters): Sweep {
  const points: SweepPoint[] = []
  for (const simulation of simulations) {
    const x = simulation.parameters[parameter]
    if (typeof x !== 'number' || !matches(simulation, parameters, parameter)) continue
    if (points.some((p) => p.fix === simulation.fix && p.x === x)) continue
    points.push({ fix: simulation.fix, x, simulation })
  }
  const varied = unique(points.map((p) => p.x)).length > 1
  return { parameter, points: varied ? points.sort((a, b) => a.x - b.x) : [] }
}

function cases(simulations: readonly Simulation[], names: readonly string[], base: Parameters): Case[] {
  const found = new Map<string, { workload: string; differs: string; simulations: Simulation[] }>()
  for (const s of simulations) {
    const other = names.filter((p) => s.parameters[p] !== base[p] && s.parameters[p] !== undefined)
    const differs = inWords(pick(s.parameters, other))
    const key = JSON.stringify([s.workload, differs])
    const known = found.get(key)
    if (known) known.simulations.push(s)
    else found.set(key, { workload: s.workload, differs, simulations: [s] })
  }
  return [...found.values()]
}

/** `vcpus 4, blocks 8`. */
export const inWords = (parameters: Parameters): string =>
  Object.entries(parameters)
    .map(([p, v]) => `${words(p)} ${v}`)
    .join(', ')

/** `unplugsPerSecond` as words. */
export const words = (parameter: string): string =>
  parameter.replace(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
