import { choicesMade } from '../fuzz/campaign.js'
import type { Choices } from '../drivers/replay.js'
import type { Violation } from '../machine/index.js'
import type { Counts } from './counts.js'
import type { Path } from './path.js'
import type { Knowledge, Search } from './search.js'
import { Overlay, StateTable, type SavedTable } from './table.js'

/** A violation, and how to come to it. */
export interface Found {
  readonly violation: Violation
  readonly choices: Choices
}

/** What is to be done in one round, by whoever it may be. */
export interface Shard {
  readonly paths: readonly Path[]
  readonly transitions: number
  readonly knowledge: Knowledge
}

/** What came of it. All of it is a function of the shard and of the states that were known before. */
export interface Ran {
  readonly left: readonly Path[]
  readonly counts: Counts
  readonly found: readonly Found[]
  readonly knowledge: Knowledge
  /** Something was learnt that states depend on. */
  readonly stale: boolean
  readonly cut: boolean
  readonly states: SavedTable
}

/** Runs a shard until its transitions are spent, an error is found, or nothing is left. */
export function runShard(search: Search, known: StateTable, shard: Shard): Ran {
  const table = new Overlay(known)
  search.begin(table)
  search.absorb(shard.knowledge)
  const found = new Map<string, Found>()
  const left: Path[] = []
  let goesOn = true
  for (const path of shard.paths) {
    if (!goesOn) {
      left.push(path)
      continue
    }
    search.take(path)
    while (goesOn && !search.finished) {
      const news = findings(search, search.next() ?? [])
      for (const f of news) if (!found.has(f.violation.signature)) found.set(f.violation.signature, f)
      goesOn =
        search.counts.transitions < shard.transitions &&
        !search.stale &&
        news.every(({ violation }) => violation.severity !== 'error')
    }
    if (!search.finished) left.push(search.path)
  }
  return {
    left,
    counts: search.counts,
    found: [...found.values()],
    knowledge: search.knowledge,
    stale: search.stale,
    cut: search.cut,
    states: table.own.save(),
  }
}

/** What the execution that was just run has shown. */
export function findings(search: Search, violations: readonly Violation[]): Found[] {
  return violations.map((violation) => ({ violation, choices: choicesMade(search.machine) }))
}
