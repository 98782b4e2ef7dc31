import { InvalidArgumentError } from 'commander'
import type { Target } from '../define.js'
import { UserError } from '../user-error.js'

/** `readers=2,lookups=2`. */
export function parseBound(value: string): Record<string, number> {
  const bound: Record<string, number> = {}
  for (const part of value.split(',')) {
    const [, name, n] = /^\s*([\w-]+)=(\d+)\s*$/.exec(part) ?? []
    if (name === undefined)
      throw new InvalidArgumentError(`'${part}' must be a name and a number: readers=2,lookups=1`)
    if (name in bound) throw new InvalidArgumentError(`${name} is given twice`)
    bound[name] = Number(n)
  }
  return bound
}

/** What is to be explored of a system, and what to call it. */
export function scenariosOf(
  system: Target,
  options: { readonly bound?: Readonly<Record<string, number>>; readonly scenario?: string },
): { readonly scenarios: readonly unknown[]; readonly bound: string } {
  if (options.scenario === 'all')
    return {
      scenarios: Object.values(system.scenarios).flatMap((s) => (s.apart ? [] : [s.scenario])),
      bound: 'all scenarios',
    }
  if (options.scenario !== undefined) {
    const named = system.scenarios[options.scenario]
    if (!named)
      throw new UserError(
        `${system.name} has no scenario '${options.scenario}'; it has: ${Object.keys(system.scenarios).join(', ')}`,
      )
    return { scenarios: [named.scenario], bound: `scenario ${options.scenario}` }
  }
  if (!system.bounds)
    throw new UserError(
      `${system.name} declares no bounds: name one of its scenarios with --scenario: ${Object.keys(system.scenarios).join(', ')}`,
    )
  const bound = boundOf(system.name, system.bounds.parameters, options.bound ?? {})
  return {
    scenarios: system.bounds.scenarios(bound),
    bound: Object.entries(bound)
      .map(([name, n]) => `${name}=${n}`)
      .join(','),
  }
}

type Parameters = NonNullable<Target['bounds']>['parameters']

/** The defaults, and what was asked for. */
function boundOf(
  system: string,
  parameters: Parameters,
  asked: Readonly<Record<string, number>>,
): Record<string, number> {
  for (const [name, n] of Object.entries(asked)) {
    const parameter = parameters[name]
    if (!parameter)
      throw new UserError(
        `${system} has no bound '${name}'; it has: ${Object.entries(parameters)
          .map(([known, p]) => `${known} (${p.title})`)
          .join(', ')}`,
      )
    if (n > parameter.most)
      throw new UserError(
        `${system}: the bound ${name} (${parameter.title}) is at most ${parameter.most}, not ${n}`,
      )
  }
  return Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, asked[name] ?? p.default]))
}
