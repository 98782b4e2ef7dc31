import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { closest } from 'fastest-levenshtein'
import { z } from 'zod'
import { DataFile } from '../data-file.js'
import type { BenchDescription, BenchParameters, Target, Workload } from '../define.js'
import { UserError } from '../user-error.js'
import { HOSTS } from './costs.js'

/** A workload with all its parameters, as it is simulated. */
export interface Case {
  readonly name: string
  readonly title: string
  readonly source?: string
  readonly parameters: BenchParameters
}

type Workloads = Readonly<Record<string, Workload<BenchParameters>>>

const BASE = 'base'
const THE_BASE: Workload<BenchParameters> = { title: 'the base', parameters: {}, quick: true }

/** The workloads of a system: `workloads.yaml` in its folder; without one, the base alone. */
export function workloadsOf(system: Target): Workloads {
  const path = fileURLToPath(new URL(`../../../targets/${system.name}/workloads.yaml`, import.meta.url))
  return existsSync(path) ? readWorkloads(path, system) : { [BASE]: THE_BASE }
}

/** Reads a file of workloads, and checks all their parameters. */
export function readWorkloads(path: string, system: Target): Workloads {
  const bench = benchOf(system)
  const file = new DataFile(path)
  const workloads = file.parse(fileSchema(bench))
  for (const [name, { parameters }] of Object.entries(workloads)) {
    const problem = check(bench, parameters)
    if (problem) throw file.error([name, 'parameters', ...problem.path], problem.message)
  }
  return workloads as Workloads
}

const fileSchema = (bench: BenchDescription<never>): z.ZodType<Record<string, z.infer<typeof workload>>> =>
  z.record(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'a name consists of letters, digits, dots and dashes'),
    workload.extend({ parameters: varied(bench) }),
  )

const workload = z.strictObject({
  title: z.string(),
  source: z.string().optional(),
  quick: z.boolean().optional(),
  parameters: z.record(z.string(), z.union([z.number(), z.string()])),
})

/** Any of the base's parameters, each of its type. */
function varied(bench: BenchDescription<never>): z.ZodType<Record<string, string | number>> {
  const names = Object.keys(bench.parameters)
  return z.record(z.string(), z.union([z.number(), z.string()])).superRefine((given, context) => {
    for (const [name, value] of Object.entries(given)) {
      const base = bench.parameters[name]
      const message =
        base === undefined
          ? `there is no parameter '${name}' (did you mean '${closest(name, names)}'?); there are: ${names.join(', ')}`
          : typeof value !== typeof base
            ? `it must be a ${typeof base}, as ${String(base)} is`
            : undefined
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message })
    }
  })
}

/** What is wrong with parameters, if anything. */
function check(
  bench: BenchDescription<never>,
  parameters: Readonly<Record<string, string | number>>,
): { path: readonly PropertyKey[]; message: string } | null {
  const all = { ...bench.parameters, ...parameters } as BenchParameters
  if (!HOSTS.includes(all.host)) return { path: ['host'], message: `it must be one of ${HOSTS.join(', ')}` }
  if (!(all.milliseconds > 0)) return { path: ['milliseconds'], message: 'it must be more than 0' }
  const issue = bench.schema?.safeParse(all).error?.issues[0]
  return issue ? { path: issue.path, message: issue.message } : null
}

/** One parameter of a sweep, and the values that it takes. */
export interface Sweep {
  readonly parameter: string
  readonly values: readonly string[]
}

export interface CaseOptions {
  /** Names of built-in workloads, or files. */
  readonly workloads: readonly string[]
  readonly sweeps: readonly Sweep[]
  readonly quick: boolean
}

/** What is to be simulated: the chosen workloads, each with every combination of the swept values. */
export function casesOf(system: Target, options: CaseOptions): Case[] {
  const { parameters } = benchOf(system)
  const chosen = choose(system, options).map(([name, w]): Case => ({
    name,
    title: w.title,
    ...(w.source !== undefined && { source: w.source }),
    parameters: { ...parameters, ...w.parameters } as BenchParameters,
  }))
  return options.sweeps.reduce((cases, sweep) => cases.flatMap((c) => swept(system, c, sweep)), chosen)
}

function choose(system: Target, { workloads, sweeps, quick }: CaseOptions): [string, Workloads[string]][] {
  const all = workloadsOf(system)
  // A sweep starts from the base, where nothing else is said.
  if (workloads.length === 0 && sweeps.length > 0) return [[BASE, all[BASE] ?? THE_BASE]]
  if (workloads.length === 0) return Object.entries(all).filter(([, w]) => !quick || w.quick)
  return workloads.flatMap((reference) => {
    if (/\.(ya?ml|json)$/.test(reference)) return Object.entries(readWorkloads(reference, system))
    const found = all[reference]
    const names = Object.keys(all)
    if (!found)
      throw new UserError(
        `${system.name} has no workload '${reference}' (did you mean '${closest(reference, names)}'?); the workloads are: ${names.join(', ')}; a file of your own is given by its path, ending in .yaml or .json`,
      )
    return [[reference, found] satisfies [string, Workloads[string]]]
  })
}

function swept(system: Target, base: Case, { parameter, values }: Sweep): Case[] {
  const bench = benchOf(system)
  return values.map((text) => {
    const value = typeof bench.parameters[parameter] === 'number' ? Number(text) : text
    const given = { [parameter]: value }
    const result = varied(bench).safeParse(given)
    const problem = Number.isNaN(value)
      ? 'it must be a number'
      : (result.error?.issues[0]?.message ?? check(bench, { ...base.parameters, ...given })?.message)
    if (problem !== undefined) throw new UserError(`--sweep ${parameter}=${text}: ${problem}`)
    return {
      ...base,
      name: base.name === BASE ? `${parameter}=${text}` : `${base.name},${parameter}=${text}`,
      title: `${base.title}; ${parameter} ${text}`,
      parameters: { ...base.parameters, ...given },
    }
  })
}

function benchOf(system: Target): BenchDescription<never> {
  if (!system.bench) throw new UserError(`${system.name} has no benchmark`)
  return system.bench as unknown as BenchDescription<never>
}
