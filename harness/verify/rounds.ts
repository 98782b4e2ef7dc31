import type { Machine } from '../machine/index.js'
import type { Budget } from './budget.js'
import { executionsOf, NOTHING, sum, type Counts } from './counts.js'
import { split, type Path } from './path.js'
import { Search, type Knowledge, type Reduction } from './search.js'
import { findings, runShard, type Found, type Ran, type Shard } from './shard.js'
import { StateTable, type SavedTable } from './table.js'

/** Transitions after which a search is divided. Most end before. */
const ALONE = 100_000
/** Into how many parts, whatever the number of processors: the result must not depend on it. */
const SHARDS = 4
/** Transitions of a part in one round. What is new to one part is news to the others when the round is over. */
const ROUND = 5_000

/** Has the shards of a round run, in any order; by default one after the other. */
export type RunAll = (
  shards: readonly Shard[],
  known: StateTable,
  run: (shard: Shard) => Ran,
) => readonly Ran[]

const inTurn: RunAll = (shards, _known, run) => shards.map(run)

/** A search that was interrupted, for one that goes on. */
export interface Saved {
  readonly alone: boolean
  readonly paths: readonly Path[]
  readonly counts: Counts
  readonly knowledge: Knowledge
  readonly cut: boolean
  readonly table: SavedTable
}

/**
 * A search that several threads can share. It begins as one sequential search. When that has become long, what is
 * left goes on in rounds: it is divided into a fixed number of shards; each runs for a fixed number of transitions,
 * and knows the states of the rounds before and its own; then all that they have met is put together, shard by
 * shard. So it does not matter who runs a shard, or when. The price is that two shards of a round may come to the
 * same state.
 */
export class Rounds {
  counts: Counts = NOTHING
  cut = false
  private paths: readonly Path[] = []
  private alone = true
  private table = new StateTable()
  private readonly search: Search

  constructor(
    machine: Machine,
    reduction: Reduction,
    budget: Budget | null,
    private readonly runAll: RunAll = inTurn,
    private readonly after = ALONE,
    private readonly round = ROUND,
  ) {
    this.search = new Search(machine, reduction, budget)
    this.startAgain()
  }

  /** Runs one execution, or a round. Returns what was found, or null if there is nothing left to run. */
  next(): readonly Found[] | null {
    return this.alone ? this.runAlone() : this.runRound()
  }

  /** Whether what `next` does takes its time. */
  get inRounds(): boolean {
    return !this.alone
  }

  get executions(): number {
    return executionsOf(this.counts)
  }

  /** An estimate of the share of the search that is done. */
  get share(): number {
    return 1 - this.left.reduce((left, path) => left + this.search.shareOf(path), 0)
  }

  private get left(): readonly Path[] {
    if (!this.alone) return this.paths
    return this.search.finished ? [] : [this.search.path]
  }

  private runAlone(): readonly Found[] | null {
    const { search } = this
    const violations = search.next()
    if (violations === null) return null
    this.counts = search.counts
    this.cut = search.cut
    if (search.counts.transitions >= this.after && !search.stale) {
      this.alone = false
      this.paths = search.finished ? [] : [search.path]
    }
    return findings(search, violations)
  }

  private runRound(): readonly Found[] | null {
    if (this.paths.length === 0) return null
    const { search, table } = this
    const before = search.knowledge
    const ran = this.runAll(this.divided(), table, (shard) => runShard(search, table, shard))
    for (const { knowledge } of ran) search.absorb(knowledge)
    search.absorb({ ...before, work: gathered(before, ran) })
    if (ran.some(({ stale }) => stale)) this.startAgain()
    else {
      this.paths = ran.flatMap(({ left }) => left)
      for (const { states, counts, cut } of ran) {
        const known = table.size
        table.merge(new StateTable(states))
        this.counts = { ...sum(this.counts, counts), states: this.counts.states + table.size - known }
        this.cut ||= cut
      }
    }
    return ran.flatMap(({ found }) => found)
  }

  /** What is left, in as many parts as there are shards, if there is so much. */
  private divided(): Shard[] {
    const paths = [...this.paths]
    for (let whole = 0; paths.length < SHARDS && whole < paths.length;) {
      const path = paths.shift() as Path
      const parts = split(path)
      paths.push(...(parts ?? [path]))
      whole = parts ? 0 : whole + 1
    }
    const { knowledge } = this.search
    return Array.from({ length: Math.min(SHARDS, paths.length) }, (_, shard) => ({
      paths: paths.filter((_path, i) => i % SHARDS === shard),
      transitions: this.round,
      knowledge,
    }))
  }

  private startAgain(): void {
    this.alone = true
    this.counts = NOTHING
    this.cut = false
    this.table = new StateTable()
    this.search.begin(this.table)
    this.search.take({ frames: [], values: [], widths: [] })
  }

  save(): Saved {
    const { alone, counts, cut } = this
    return {
      alone,
      paths: this.left,
      counts,
      knowledge: this.search.knowledge,
      cut,
      table: this.table.save(),
    }
  }

  /** Goes on where another search over the same program was interrupted. */
  restore({ alone, paths, counts, knowledge, cut, table }: Saved): void {
    this.alone = alone
    this.paths = paths
    this.counts = counts
    this.cut = cut
    this.table = new StateTable(table)
    this.search.begin(this.table)
    this.search.absorb(knowledge)
    if (!alone) return
    this.search.counts = { ...counts }
    this.search.cut = cut
    for (const path of paths) this.search.take(path)
  }
}

/** What the branches have cost, in all shards together. */
function gathered({ work }: Knowledge, ran: readonly Ran[]): number[] {
  return work.map((w, rank) => ran.reduce((all, r) => all + (r.knowledge.work[rank] as number) - w, w))
}
