import { executionsOf, type Counts } from '#harness/verify/counts.js'
import { Rounds } from '#harness/verify/rounds.js'
import { Search, type Reduction } from '#harness/verify/search.js'
import type { Violation } from '#harness/machine/index.js'
import type { Assembled } from './programs.js'

/** All that an exhaustive search can tell of a program. */
export interface Told {
  /** Registers and memory at the end of executions that ran to it. */
  readonly outcomes: readonly string[]
  /** Signatures of violations. */
  readonly violations: readonly string[]
  readonly counts: Counts
  readonly executions: number
}

/** Runs a search to its end; null when it takes more executions than that. */
export function tell(program: Assembled, reduction: Reduction, limit = 100_000): Told | null {
  const search = new Search(program.m, reduction)
  return told(program, search, () => search.next(), limit)
}

/** The same in rounds of two transitions a shard, after five. */
export function tellInRounds(program: Assembled, reduction: Reduction): Told {
  const rounds = new Rounds(program.m, reduction, null, undefined, 5, 2)
  return told(program, rounds, () => rounds.next()?.map((f) => f.violation) ?? null, Infinity) as Told
}

function told(
  { m, outcome }: Assembled,
  search: { readonly counts: Counts },
  next: () => readonly Violation[] | null,
  limit: number,
): Told | null {
  const outcomes = new Set<string>()
  const violations = new Set<string>()
  // A round is more than one execution.
  const run = m.run.bind(m)
  m.run = (chooser) => {
    const end = run(chooser)
    if (!m.stopped) outcomes.add(outcome())
    for (const v of end.violations) violations.add(v.signature)
    return end
  }
  for (let found = next(); found !== null; found = next())
    if (executionsOf(search.counts) > limit) return null
  return {
    outcomes: [...outcomes].sort(),
    violations: [...violations].sort(),
    counts: search.counts,
    executions: executionsOf(search.counts),
  }
}
