import { asExpected, type FuzzResult } from '../results.js'
import type { MemoryModelName } from '../machine/index.js'

/** What a fuzzing result says of a candidate, and whether its author expected it. */
export function verdict(r: FuzzResult): {
  readonly broken: boolean
  readonly kinds: string
  readonly expected: boolean
} {
  const broken = r.violations.length > 0
  const kinds = [...new Set(r.violations.map((v) => v.kind))].join(', ')
  return { broken, kinds, expected: asExpected(r) }
}

/** 0 as expected; 1 when a candidate broke that should hold, or held where it is marked broken. */
export const exitCode = (results: readonly FuzzResult[]): 0 | 1 =>
  results.every((r) => verdict(r).expected) ? 0 : 1

/** Residual risk after n executions without a violation, at 95 % (the rule of three). */
export const residualRisk = (executions: number): string =>
  `below ${(3 / executions).toExponential(1)} an execution at 95 %`

/** The findings in plain words, a candidate a line. */
export function inWords(results: readonly FuzzResult[]): string[] {
  const lines: string[] = []
  for (const system of new Set(results.map((r) => r.system))) {
    lines.push(`${system}:`)
    const mine = results.filter((r) => r.system === system)
    const width = Math.max(...mine.map((r) => r.fix.length))
    for (const fix of new Set(mine.map((r) => r.fix))) {
      const of = mine.filter((r) => r.fix === fix)
      lines.push(`  ${fix.padEnd(width)}  ${candidate(of)}`)
    }
  }
  return lines
}

function candidate(results: readonly FuzzResult[]): string {
  const stuck = results.filter((r) => r.problem)
  if (stuck.length > 0) {
    const rest = results.filter((r) => !r.problem)
    const kinds = [...new Set(stuck.map((r) => r.problem?.problem))].join(', ')
    return `NOT FUZZED to the end: ${kinds} under ${names(stuck)}${rest.length > 0 ? `; ${candidate(rest)}` : ''}`
  }
  const broken = results.filter((r) => r.violations.length > 0)
  const held = results.filter((r) => r.violations.length === 0)
  const surprise = results.some((r) => !verdict(r).expected) ? '  (not as its file expects)' : ''
  const executions = results.reduce((n, r) => n + r.executions, 0)
  if (broken.length === 0) return `survived ${executions} executions under ${names(held)}${surprise}`
  const byKinds = new Map<string, MemoryModelName[]>()
  for (const r of broken)
    byKinds.set(verdict(r).kinds, [...(byKinds.get(verdict(r).kinds) ?? []), r.memoryModel])
  const words = [...byKinds].map(([kinds, models]) => `${kinds} under ${models.join(', ')}`)
  const rest = held.length > 0 ? `; survived under ${names(held)}` : ''
  return `BROKEN: ${words.join('; ')}${rest}${surprise}`
}

const names = (results: readonly FuzzResult[]): string => results.map((r) => r.memoryModel).join(', ')

/** The kind of a violation, from its signature. */
export const kindOf = (signature: string): string => signature.split(':')[0] as string
