import type { BenchFile } from '../results.js'
import { against, inWords, lowerCase } from './against.js'
import { isVerified, kinds, type Candidate, type System } from './findings.js'
import { list, plural } from './format.js'
import { mainOf, metricsOf } from './metrics.js'
import { study } from './study.js'

/** What there is to say of a candidate in one sentence: is it safe, what does it cost. */
export interface Sentence {
  readonly candidate: Candidate
  readonly verdict: 'broken' | 'held' | 'unknown'
  readonly safety: string
  /** Empty where nothing was measured. */
  readonly cost: string
}

export function sentences(system: System, bench: BenchFile | null): Sentence[] {
  const costs = costsOf(system, bench)
  return system.candidates.map((candidate) => {
    const held = holds(candidate)
    const verdict = candidate.broken ? 'broken' : held === '' ? 'unknown' : 'held'
    const safety = candidate.broken
      ? `is broken: ${breaks(candidate)}`
      : held === ''
        ? 'was not searched, so nothing is known of its safety'
        : held
    return { candidate, verdict, safety, cost: costs.get(candidate.name) ?? '' }
  })
}

/** Against the first candidate, by the main metrics. */
function costsOf(system: System, bench: BenchFile | null): Map<string, string> {
  const found = bench ? study(bench.simulations, system.name) : null
  const [first] = found?.base ?? []
  if (!bench || !found || !first) return new Map()
  const metrics = mainOf(metricsOf(bench, system.name, found.base))
  const differences = metrics.map((metric) => ({ metric, by: against(found.base, metric.name) }))
  return new Map(
    system.candidates.map((c) => {
      if (c.name === first.fix) return [c.name, 'the others are compared with it']
      const known = differences.flatMap(({ metric, by }) => {
        const a = by.get(c.name)
        return a ? [{ metric, text: inWords(a, metric) }] : []
      })
      const same = known.filter((k) => k.text === null).map((k) => lowerCase(k.metric.title))
      const parts = known.flatMap((k) => k.text ?? [])
      if (same.length > 0)
        parts.push(
          `${list(same)} ${same.length > 1 ? 'do' : 'does'} not differ from ${first.fix}'s beyond noise`,
        )
      return [c.name, list(parts)]
    }),
  )
}

/** What speaks for a candidate that nothing is known to break. */
function holds(c: Candidate): string {
  const verified = [...c.verdicts].filter(([, v]) => isVerified(v)).map(([model]) => model)
  return list([
    ...(verified.length > 0 ? [`is verified up to its bound, ${under(c, verified)}`] : []),
    ...(runs(c) > 0 ? [`survived ${plural(runs(c), 'execution')}, ${under(c, [...c.verdicts.keys()])}`] : []),
  ])
}

const runs = (c: Candidate): number => [...c.verdicts.values()].reduce((sum, v) => sum + v.executions, 0)

/** `under sc and tso`, of the models that the candidate was run under. */
const under = (c: Candidate, models: readonly string[]): string =>
  models.length > 1 && models.length === c.verdicts.size
    ? `under ${models.length === 2 ? 'both' : 'all'} memory models`
    : `under ${list(models)}`

/** `use-after-free under sc and tso; torn-read under weak`. */
function breaks(c: Candidate): string {
  const models = new Map<string, string[]>()
  for (const [model, verdict] of c.verdicts) {
    const what = list(kinds(verdict.findings))
    if (what !== '') models.set(what, [...(models.get(what) ?? []), model])
  }
  return [...models].map(([what, models]) => `${what} ${under(c, models)}`).join('; ')
}
