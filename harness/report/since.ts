import type { FoundViolation, FuzzFile, FuzzResult } from '../results.js'

/** A violation, and the result that it is of. */
export interface Change {
  readonly result: FuzzResult
  readonly violation: FoundViolation
}

/** What a campaign shows that the one before did not, and the other way round. */
export interface Changes {
  readonly appeared: readonly Change[]
  /** Seen before, by a candidate that was fuzzed again, and not now. */
  readonly gone: readonly Change[]
  /** Candidates that were not there before, `system: name`. */
  readonly added: readonly string[]
  readonly stayed: number
}

const keyOf = (r: FuzzResult): string => `${r.system} ${r.fix} ${r.memoryModel}`

/** Compares two campaigns by candidate, memory model and signature. */
export function changesSince(previous: FuzzFile, now: FuzzFile): Changes {
  const before = new Map(previous.results.map((r) => [keyOf(r), r]))
  const after = new Map(now.results.map((r) => [keyOf(r), r]))
  const missing = (from: FuzzFile, others: ReadonlyMap<string, FuzzResult>): Change[] =>
    from.results.flatMap((result) => {
      const known = new Set(others.get(keyOf(result))?.violations.map((v) => v.signature))
      return result.violations
        .filter((v) => !known.has(v.signature))
        .map((violation) => ({ result, violation }))
    })
  const appeared = missing(now, before)
  const candidates = new Set(previous.results.map((r) => `${r.system}: ${r.fix}`))
  return {
    appeared,
    gone: missing(previous, after).filter(({ result }) => after.has(keyOf(result))),
    added: [...new Set(now.results.map((r) => `${r.system}: ${r.fix}`))].filter((c) => !candidates.has(c)),
    stayed: now.results.reduce((n, r) => n + r.violations.length, 0) - appeared.length,
  }
}
