import {
  asExpected,
  type BenchFile,
  type FoundViolation,
  type FuzzFile,
  type FuzzResult,
  type Trace,
  type VerifyFile,
  type VerifyResult,
} from '../results.js'
import { MODELS } from './models.js'
import { unique } from './format.js'

type MemoryModel = FuzzResult['memoryModel']

/** What fuzzing and exhaustive search have in common. */
export type Result = FuzzResult | VerifyResult

/** A violation that makes its candidate broken, and where the page shows it. */
export interface Finding {
  readonly id: string
  readonly result: Result
  readonly violation: FoundViolation
}

export interface Notice {
  readonly result: Result
  readonly notice: FuzzResult['notices'][number]
}

/** One candidate under one memory model: all results the file has of it, taken together. */
export interface Verdict {
  readonly findings: readonly Finding[]
  /** Sampled by fuzzing. */
  readonly executions: number
  readonly unexpected: boolean
  /** Exhaustive searches, up to their bounds. */
  readonly explored: readonly VerifyResult[]
}

export interface Candidate {
  readonly system: string
  readonly name: string
  readonly title: string
  readonly source: string
  readonly verdicts: ReadonlyMap<MemoryModel, Verdict>
  readonly broken: boolean
  /** Fuzzed or verified: something is known of its safety. */
  readonly judged: boolean
}

export interface System {
  readonly name: string
  readonly candidates: readonly Candidate[]
}

/** What the result files say, arranged by system and candidate. Order: as in the files. */
export interface Findings {
  readonly systems: readonly System[]
  readonly models: readonly MemoryModel[]
  readonly findings: readonly Finding[]
  readonly notices: readonly Notice[]
}

export function arrange(
  fuzz: FuzzFile | null,
  bench: BenchFile | null,
  verify: VerifyFile | null = null,
): Findings {
  const results: readonly Result[] = [...(fuzz?.results ?? []), ...(verify?.results ?? [])]
  const findings: Finding[] = []
  const notices: Notice[] = []
  results.forEach((result, i) => {
    result.violations.forEach((violation, k) => {
      if (violation.severity === 'error') {
        if (!findings.some((f) => same(f, result, violation)))
          findings.push({ id: `trace-${i + 1}-${k + 1}`, result, violation })
      } else notices.push({ result, notice: violation })
    })
    for (const notice of result.notices) notices.push({ result, notice })
  })
  // The wall clock also times things that are no candidates, an empty call say: its own tables have them.
  const measured = bench?.simulations ?? []
  const clocked = bench?.wallClock ?? []
  const systems = unique([...results, ...measured, ...clocked].map((r) => r.system)).map((system): System => {
    const names = unique([...results, ...measured].filter((r) => r.system === system).map((r) => r.fix))
    return {
      name: system,
      candidates: names.map((name) => candidate(system, name, results, findings)),
    }
  })
  const models = MODELS.filter((m) => results.some((r) => r.memoryModel === m))
  return { systems, models, findings, notices }
}

/** What fuzzing has found need not be shown again when a search finds it, too. */
function same(known: Finding, result: Result, violation: FoundViolation): boolean {
  return (
    known.result !== result &&
    known.violation.signature === violation.signature &&
    known.result.system === result.system &&
    known.result.fix === result.fix &&
    known.result.memoryModel === result.memoryModel
  )
}

function candidate(
  system: string,
  name: string,
  all: readonly Result[],
  findings: readonly Finding[],
): Candidate {
  const results = all.filter((r) => r.system === system && r.fix === name)
  const verdicts = new Map<MemoryModel, Verdict>()
  for (const model of unique(results.map((r) => r.memoryModel))) {
    const mine = results.filter((r) => r.memoryModel === model)
    const sampled = mine.filter((r) => !('outcome' in r))
    const explored = mine.filter((r) => 'outcome' in r)
    verdicts.set(model, {
      findings: findings.filter(
        ({ result: r }) => r.system === system && r.fix === name && r.memoryModel === model,
      ),
      executions: sampled.reduce((sum, r) => sum + r.executions, 0),
      // That nothing breaks within a bound contradicts nobody.
      unexpected:
        sampled.some((r) => !asExpected(r)) ||
        explored.some((r) => r.outcome === 'violated' && !asExpected(r)),
      explored,
    })
  }
  const [first] = results
  return {
    system,
    name,
    title: first?.title ?? '',
    source: first?.source ?? '',
    verdicts,
    broken: [...verdicts.values()].some((v) => v.findings.length > 0),
    judged: results.length > 0,
  }
}

/** All executions up to some bound were explored, and nothing is known to break. */
export const isVerified = (v: Verdict): boolean =>
  v.findings.length === 0 && v.explored.some((r) => r.outcome === 'verified' && !r.budget?.cut)

/** `use-after-free ×2`: the kinds of a verdict, most frequent kind first as found. */
export function kinds(findings: readonly Finding[]): string[] {
  return unique(findings.map((f) => f.violation.kind))
}

/** Names of the threads that take steps. */
export function activeThreads(trace: Trace): string[] {
  return trace.threads.filter((_, i) => trace.rows.some((row) => row.thread === i)).map((t) => t.name)
}
