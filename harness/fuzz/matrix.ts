import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Candidate } from '../registry.js'
import type { Target } from '../define.js'
import { loadEntry, scheduleOf, type Entry } from './corpus.js'
import { replayExactly, tryLeniently } from './explain.js'

/** What each stored interleaving does to each candidate: violation kinds, errors only. */
export interface Matrix {
  readonly [file: string]: { readonly [fix: string]: readonly string[] }
}

export interface Replayed {
  readonly file: string
  readonly entry: Entry
  /** Whether the entry's own candidate still fails with its signature, step by step. */
  readonly reproduced: boolean
}

/** The interleavings of a corpus folder, in the order of their names. */
export function corpusFiles(dir: string): string[] {
  return readdirSync(dir)
    .filter((f) => f.startsWith('crash-') && f.endsWith('.json'))
    .sort()
}

/** Replays a system's corpus: exactly on the candidate of each entry, leniently on all the others. */
export function replayCorpus(
  dir: string,
  system: Target,
  candidates: readonly Candidate[],
): { matrix: Matrix; replayed: Replayed[] } {
  const matrix: Record<string, Record<string, string[]>> = {}
  const replayed: Replayed[] = []
  for (const file of corpusFiles(dir)) {
    const entry = loadEntry(join(dir, file))
    const { memoryModel, scenario } = entry
    const row: Record<string, string[]> = {}
    for (const { fix, reference } of candidates) {
      const subject = { system, fix, memoryModel }
      const own = reference === entry.fix
      const violations = own
        ? replayExactly(subject, scenario, scheduleOf(entry)).violations
        : tryLeniently(subject, scenario, scheduleOf(entry))
      const kinds = new Set(violations.filter((v) => v.severity === 'error').map((v) => v.kind))
      if (kinds.size > 0) row[fix.name] = [...kinds].sort()
      if (own)
        replayed.push({ file, entry, reproduced: violations.some((v) => v.signature === entry.signature) })
    }
    matrix[file] = row
  }
  return { matrix, replayed }
}
