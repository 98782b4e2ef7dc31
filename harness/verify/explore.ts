import type { Finding } from '../fuzz/campaign.js'
import { machineFor, type Subject } from '../fuzz/program.js'
import { type Budget } from './budget.js'
import { digestOf, dropCheckpoint, loadCheckpoint, saveCheckpoint, type Checkpoint } from './checkpoint.js'
import { executionsOf, NOTHING, sum, type Counts } from './counts.js'
import { Rounds, type RunAll } from './rounds.js'
import type { Reduction } from './search.js'
import type { Found } from './shard.js'

/** What is to be explored, and when to give up. */
export interface Exploration {
  /** Explored one after the other: the bound is kept when all of them are. */
  readonly scenarios: readonly unknown[]
  readonly budget: Budget | null
  /** Executions after which to stop; null for no limit. */
  readonly executions: number | null
  readonly checkpoint: string
  readonly resume: boolean
}

export interface Explored {
  readonly outcome: 'verified' | 'violated' | 'unfinished'
  readonly counts: Counts
  readonly reduction: Reduction
  /** The share of all executions that is done. */
  readonly share: number
  /** The limit that the budget had in the end; null where none was set. */
  readonly limit: number | null
  /** Whether the budget has left anything out. */
  readonly cut: boolean
  readonly finding: Finding | null
  readonly notices: readonly Finding[]
}

/** Where an exploration stands, for a display. */
export interface Stand {
  readonly executions: number
  readonly states: number
  readonly depth: number
  readonly share: number
  readonly limit: number | null
}

/** The program that a search walks, but for the candidate. */
export interface Program {
  readonly scenario: unknown
  readonly reduction: Reduction
  readonly budget: Budget | null
}

/** Finds somebody to run the shards of a search. */
export type Helpers = (program: Program) => RunAll

/** Executions between two looks at the clock. */
const SLICE = 256
/** How often a checkpoint is written, in milliseconds: more than this is not lost. */
const CHECKPOINT_EVERY = 60_000
/** States that fit into the memory of a small machine. */
const MOST_STATES = 60_000_000

/**
 * Explores the executions of a candidate's scenarios, scenario by scenario, and under a budget limit by limit
 * from 0 on, so that the smallest counterexample comes first. Stops at the first violation, or when `goOn` says
 * so; where it stands is saved then.
 */
export class Explorer {
  private part = 0
  private limit = 0
  private cut = false
  private before: Counts = NOTHING
  private search!: Rounds
  private readonly notices = new Map<string, Finding>()
  private readonly reduction: Reduction

  constructor(
    private readonly subject: Subject,
    private readonly task: Exploration,
    /** Who else takes part in a search that has become long. */
    private readonly helpers: Helpers | null = null,
  ) {
    this.limit = task.budget ? 0 : Infinity
    this.reduction = machineFor(subject, task.scenarios[0]).books.length > 0 ? 'states' : 'all'
    const saved = task.resume ? loadCheckpoint(task.checkpoint, this.key) : null
    if (saved) this.restore(saved)
    else this.begin()
  }

  run(goOn: (stand: Stand) => boolean): Explored {
    let saved = performance.now()
    for (let n = 1; ; n++) {
      const finding = this.step()
      if (finding === 'end') {
        if (this.nextPart()) continue
        dropCheckpoint(this.task.checkpoint)
        return this.explored('verified', null)
      }
      if (finding) {
        dropCheckpoint(this.task.checkpoint)
        return this.explored('violated', finding)
      }
      if (n % SLICE !== 0 && !this.search.inRounds && !this.spent()) continue
      const go = goOn(this.stand) && !this.spent() && this.search.counts.states < MOST_STATES
      if (!go || performance.now() - saved > CHECKPOINT_EVERY) {
        this.save()
        saved = performance.now()
      }
      if (!go) return this.explored('unfinished', null)
    }
  }

  private step(): Finding | 'end' | null {
    const found = this.search.next()
    if (found === null) return 'end'
    for (const f of found) {
      const { severity, signature } = f.violation
      if (severity === 'error') return this.finding(f)
      if (!this.notices.has(signature)) this.notices.set(signature, this.finding(f))
    }
    return null
  }

  private finding(found: Found): Finding {
    return { ...found, execution: this.executions, scenario: this.task.scenarios[this.part] }
  }

  private begin(): void {
    const scenario = this.task.scenarios[this.part]
    const budget = this.task.budget && { kind: this.task.budget.kind, limit: this.limit }
    const { reduction } = this
    const runAll = this.helpers?.({ scenario, reduction, budget })
    this.search = new Rounds(machineFor(this.subject, scenario), reduction, budget, runAll)
  }

  /** Turns to the next limit of the budget, or to the next scenario; false when there is none. */
  private nextPart(): boolean {
    const { budget, scenarios } = this.task
    this.before = sum(this.before, this.search.counts)
    const more = budget !== null && this.search.cut && this.limit < budget.limit
    if (more) this.limit++
    else {
      this.cut ||= this.search.cut
      if (++this.part === scenarios.length) return false
      if (budget) this.limit = 0
    }
    this.begin()
    return true
  }

  private get executions(): number {
    return executionsOf(this.before) + this.search.executions
  }

  private spent(): boolean {
    return this.task.executions !== null && this.executions >= this.task.executions
  }

  private get stand(): Stand {
    const { scenarios, budget } = this.task
    return {
      executions: this.executions,
      states: this.before.states + this.search.counts.states,
      depth: Math.max(this.before.depth, this.search.counts.depth),
      share: (this.part + this.search.share) / scenarios.length,
      limit: budget ? this.limit : null,
    }
  }

  private explored(outcome: Explored['outcome'], finding: Finding | null): Explored {
    const done = this.part === this.task.scenarios.length
    return {
      outcome,
      counts: done ? this.before : sum(this.before, this.search.counts),
      reduction: this.reduction,
      share: outcome === 'verified' ? 1 : this.stand.share,
      limit: this.stand.limit,
      cut: this.cut || this.search.cut,
      finding,
      notices: [...this.notices.values()],
    }
  }

  // --- checkpoints ----------------------------------------------------------------------------------------

  /** All that decides what is explored; the code of a candidate as far as it can be seen. */
  private get key(): string {
    const { system, fix, memoryModel } = this.subject
    const code = Object.values(fix).map(String)
    return digestOf([system.name, memoryModel, code, this.task.scenarios, this.task.budget])
  }

  private save(): void {
    const { part, limit, before, search } = this
    const notices = [...this.notices.values()]
    saveCheckpoint(this.task.checkpoint, {
      subject: this.key,
      ...{ part, limit, before, notices },
      search: search.save(),
    })
  }

  private restore({ part, limit, before, notices, search }: Checkpoint): void {
    for (const f of notices) this.notices.set(f.violation.signature, f)
    this.part = part
    this.limit = limit
    this.before = before
    this.begin()
    this.search.restore(search)
  }
}
