import {
  asExpected,
  type BenchFile,
  type FoundViolation,
  type FuzzFile,
  type FuzzResult,
  type Trace,
} from '../results.js'
import { MODELS } from './models.js'
import { unique } from './format.js'

type MemoryModel = FuzzResult['memoryModel']

/** A violation that makes its candidate broken, and where the page shows it. */
export interface Finding {
  readonly id: string
  readonly result: FuzzResult
  readonly violation: FoundViolation
}

export interface Notice {
  readonly result: FuzzResult
  readonly notice: FuzzResult['notices'][number]
}

/** One candidate under one memory model: all results the file has of it, taken together. */
export interface Verdict {
  readonly findings: readonly Finding[]
  readonly executions: number
  readonly unexpected: boolean
}

export interface Candidate {
  readonly system: string
  readonly name: string
  readonly title: string
  readonly source: string
  /** Null where the candidate was not fuzzed. */
  readonly verdicts: ReadonlyMap<MemoryModel, Verdict>
  readonly broken: boolean
  readonly fuzzed: boolean
}

export interface System {
  readonly name: string
  readonly candidates: readonly Candidate[]
}

/** What both result files say, arranged by system and candidate. Order: as in the files. */
export interface Findings {
  readonly systems: readonly System[]
  readonly models: readonly MemoryModel[]
  readonly findings: readonly Finding[]
  readonly notices: readonly Notice[]
}

export function arrange(fuzz: FuzzFile | null, bench: BenchFile | null): Findings {
  const results = fuzz?.results ?? []
  const findings: Finding[] = []
  const notices: Notice[] = []
  results.forEach((result, i) => {
    result.violations.forEach((violation, k) => {
      if (violation.severity === 'error') findings.push({ id: `trace-${i + 1}-${k + 1}`, result, violation })
      else notices.push({ result, notice: violation })
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

function candidate(
  system: string,
  name: string,
  all: readonly FuzzResult[],
  findings: readonly Finding[],
): Candidate {
  const results = all.filter((r) => r.system === system && r.fix === name)
  const verdicts = new Map<MemoryModel, Verdict>()
  for (const model of unique(results.map((r) => r.memoryModel))) {
    const mine = results.filter((r) => r.memoryModel === model)
    const found = findings.filter((f) => mine.includes(f.result))
    verdicts.set(model, {
      findings: found,
      executions: mine.reduce((sum, r) => sum + r.executions, 0),
      unexpected: mine.some((r) => !asExpected(r)),
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
    fuzzed: results.length > 0,
  }
}

/** `use-after-free ×2`: the kinds of a verdict, most frequent kind first as found. */
export function kinds(findings: readonly Finding[]): string[] {
  return unique(findings.map((f) => f.violation.kind))
}

/** Names of the threads that take steps. */
export function activeThreads(trace: Trace): string[] {
  return trace.threads.filter((_, i) => trace.rows.some((row) => row.thread === i)).map((t) => t.name)
}
