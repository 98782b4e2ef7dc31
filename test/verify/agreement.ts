import { Search, type Reduction } from '#harness/verify/search.js'
import type { Assembled } from './programs.js'

/** All that an exhaustive search can tell of a program. */
export interface Told {
  /** Registers and memory at the end of executions that ran to it. */
  readonly outcomes: readonly string[]
  /** Signatures of violations. */
  readonly violations: readonly string[]
  readonly complete: number
  readonly executions: number
}

/** Runs a search to its end; null when it takes more executions than that. */
export function tell({ m, outcome }: Assembled, reduction: Reduction, limit = 100_000): Told | null {
  const search = new Search(m, reduction)
  const outcomes = new Set<string>()
  const violations = new Set<string>()
  for (let n = 0; ; n++) {
    if (n > limit) return null
    const found = search.next()
    if (found === null) break
    for (const v of found) violations.add(v.signature)
    if (!m.stopped) outcomes.add(outcome())
  }
  const { complete, known, blocked } = search.counts
  return {
    outcomes: [...outcomes].sort(),
    violations: [...violations].sort(),
    complete,
    executions: complete + known + blocked,
  }
}
