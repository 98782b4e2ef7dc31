import type { z } from 'zod'
import type { BenchDescription } from './define-bench.js'
import type { Machine, MemoryModelName } from './machine/index.js'

export type * from './define-bench.js'

/** What every candidate fix says of itself, whatever system it mends. */
export interface FixInfo {
  /** File-name-like: letters, digits, dashes. */
  readonly name: string
  readonly title: string
  /** Who proposed it, where. */
  readonly source: string
  /**
   * What its author expects: `holds`, or `broken`, perhaps with the kinds of violation that may show it and no
   * others; per memory model where they differ. Default: `holds` everywhere.
   */
  readonly expect?: Expectation | Partial<Record<MemoryModelName, Expectation>>
}

export type Expectation = 'holds' | 'broken' | { readonly broken: readonly string[] }

/** A system as its thread describes it, without any fix. */
export interface Target<Fix extends FixInfo = FixInfo, Scenario = unknown> {
  readonly name: string
  readonly title: string
  readonly source: string
  /** Validates, generates, mutates and documents scenarios; see `harness/fuzz/grammar.ts`. */
  readonly scenario: z.ZodType<Scenario>
  /** Makes a generated scenario sensible (no reference to what is not there); it must stay valid. */
  tidy?(scenario: Scenario): Scenario
  /** The methods that a candidate has to bring, and what each models. */
  readonly methods: { readonly [method: string]: string }
  /** How many threads the scenario needs, the call_rcu thread included. */
  threads(scenario: Scenario): number
  /** Puts entities, actors and oracles on a fresh machine. */
  build(machine: Machine, scenario: Scenario, fix: Fix): void
  /** Hand-written scenarios, by name: each shows one hazard. */
  readonly scenarios: { readonly [name: string]: NamedScenario<Scenario> }
  /** How large a world `verify` explores. */
  readonly bounds?: Bounds<Scenario>
  /** How it is measured. */
  readonly bench?: BenchDescription<Fix>
}

/** What is counted when a system is verified up to a bound. */
export interface Bounds<Scenario> {
  readonly parameters: { readonly [name: string]: BoundParameter }
  /** The scenarios within the bound that are not part of a larger one: all of them are explored. */
  scenarios(bound: { readonly [name: string]: number }): readonly Scenario[]
}

export interface BoundParameter {
  /** What it counts. */
  readonly title: string
  readonly default: number
  readonly most: number
}

export interface NamedScenario<Scenario> {
  readonly title: string
  readonly scenario: Scenario
  /** It shows a hazard that no candidate is about, or needs unusual parameters: no part of a verdict. */
  readonly apart?: boolean
}

/** Declares a system. */
export function defineTarget<Fix extends FixInfo, Scenario>(
  target: Target<Fix, Scenario>,
): Target<Fix, Scenario> {
  return target
}

/**
 * Declares a candidate fix of a system: `export default defineFix(ramList, { ... })`. The methods are the
 * code that the patch changes, written with the operations of a `Thread`.
 */
export function defineFix<Fix extends FixInfo, Scenario, F extends Fix>(
  target: Target<Fix, Scenario>,
  fix: F,
): F & { readonly system: string } {
  return { ...fix, system: target.name }
}
