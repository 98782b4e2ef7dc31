import { existsSync, readdirSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entryName, entryPath, loadEntry, storeEntry, type Entry } from './corpus.js'

/**
 * Keeps one best case a candidate, memory model and signature: stores the entry unless the corpus has a
 * shorter or equal one, and takes longer ones out. Returns the path of the one that is kept.
 */
export function storeBest(dir: string, entry: Entry): string {
  const path = entryPath(dir, entry)
  const rivals = others(path, entry)
  const best = rivals
    .filter((r) => size(r.entry) <= size(entry))
    .sort((a, b) => size(a.entry) - size(b.entry))[0]
  if (best) return best.path
  storeEntry(dir, { ...entry, replay: `npx rcufuzz replay ${path}` }, path)
  for (const rival of rivals) if (rival.path !== path) unlinkSync(rival.path)
  return path
}

/** Entries of the same candidate, memory model and signature: their names differ in the hash alone. */
function others(path: string, entry: Entry): { path: string; entry: Entry }[] {
  const folder = dirname(path)
  if (!existsSync(folder)) return []
  const stem = entryName(entry).replace(/[0-9a-f]{10}\.json$/, '')
  return readdirSync(folder)
    .filter((f) => f.startsWith(stem) && /^[0-9a-f]{10}\.json$/.test(f.slice(stem.length)))
    .sort()
    .map((f) => ({ path: join(folder, f), entry: loadEntry(join(folder, f)) }))
}

/** Fewer switches first, then fewer old values, then fewer steps. */
function size({ schedule, scenario }: Entry): number {
  const steps = schedule.turns.reduce((n, t) => n + t.steps, 0)
  return (
    schedule.turns.length * 1e6 + schedule.picks.length * 1e4 + steps + JSON.stringify(scenario).length / 1e4
  )
}
