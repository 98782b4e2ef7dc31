import type { Crossing, FuzzResult } from '../results.js'
import { expectation, type Subject } from './program.js'
import type { Standing } from './standing.js'
import { keyOf } from './tasks.js'

/** What a job's standing says of its candidate, for the results file. */
export function resultOf(subject: Subject, standing: Standing, seconds: number): FuzzResult {
  const { system, fix, memoryModel } = subject
  const expected = expectation(subject)
  const { executions, steps, points, series, inputs, problem } = standing
  return {
    system: system.name,
    fix: fix.name,
    title: fix.title,
    source: fix.source,
    memoryModel,
    expected: expected === 'holds' ? 'holds' : 'broken',
    ...(expected !== 'holds' && { expectedKinds: [...expected.broken] }),
    executions,
    steps,
    seconds,
    violations: standing.errors.flatMap((k) => (k.explanation ? [k.explanation.found] : [])),
    notices: [...standing.known.values()]
      .map((k) => k.finding)
      .filter(({ violation }) => violation.severity === 'notice')
      .map(({ violation, execution }) => ({
        ...violation,
        sites: [...violation.sites],
        firstExecution: execution,
      })),
    coverage: points,
    corpus: inputs.length,
    series: [...series],
    ...(problem && { problem: { ...problem } }),
  }
}

/**
 * Every crash against every candidate of its system under its memory model: the kinds of violation that its
 * interleaving shows there. `files` says where an entry was stored.
 */
export function crossingsOf(
  subjects: readonly Subject[],
  standings: readonly Standing[],
  files: ReadonlyMap<string, string>,
): Crossing[] {
  // Whoever could not be fuzzed to the end has no column: how far it came depends on the clock.
  const names = new Map(
    standings.map((s, i) => [keyOf(s.job), s.problem ? null : (subjects[i] as Subject).fix.name]),
  )
  return standings.flatMap((s, i) =>
    s.errors.flatMap(({ explanation, tried }) => {
      if (!explanation || !tried) return []
      const { system, memoryModel } = s.job
      const { kind, signature, file } = explanation.found
      const own = (subjects[i] as Subject).fix.name
      const others = Object.entries(tried).flatMap(([reference, findings]) => {
        const name = names.get(keyOf({ system, fix: reference, memoryModel }))
        return name ? [[name, [...new Set(findings.map((f) => f.violation.kind))].sort()] as const] : []
      })
      return [
        {
          system,
          memoryModel,
          fix: own,
          signature,
          file: files.get(file) ?? file,
          breaks: { [own]: [kind], ...Object.fromEntries(others) },
        },
      ]
    }),
  )
}
