import type { Target } from '../define.js'
import type { Driver } from '../drivers/driver.js'
import { PosDriver } from '../drivers/pos.js'
import { ChoicesDriver, type Choices } from '../drivers/replay.js'
import type { Rng } from '../drivers/rng.js'
import type { Machine } from '../machine/index.js'
import { Grammar } from './grammar.js'
import type { Input } from './input.js'
import type { Subject } from './program.js'

/** A scenario to try, and the driver that takes every other execution of it, if there is one. */
export interface Proposal {
  readonly scenario: unknown
  readonly lead: Driver | null
}

/** Where scenarios come from. `structural` is the grammar's own; jsfuzz brings another. */
export interface ScenarioSource {
  next(rng: Rng, corpus: readonly Input[]): Proposal
  /** Executions of each proposal, if that is not for the campaign to say. */
  readonly batch?: number
  /** The last proposal as bytes, where it was made from bytes: what is kept of it brings them along. */
  readonly bytes?: string
  /** An input that reached something new, now or before this campaign began. */
  keep?(input: Input): void
}

const grammars = new WeakMap<Target, Grammar>()

/** A system's grammar, made once. */
export function grammarOf(system: Target): Grammar {
  let grammar = grammars.get(system)
  if (!grammar) grammars.set(system, (grammar = new Grammar(system.scenario)))
  return grammar
}

/** A new scenario, or one that was interesting before with a part of it changed, or with another schedule. */
export class StructuralSource implements ScenarioSource {
  private readonly grammar: Grammar
  /** The system's own scenarios: every fourth batch is one of them, in turn. */
  private readonly seeds: readonly unknown[]

  constructor(
    private readonly subject: Subject,
    /** Which of them comes first. */
    private turn = 0,
  ) {
    this.grammar = grammarOf(subject.system)
    this.seeds = Object.values(subject.system.scenarios)
      .filter((s) => !s.apart)
      .map((s) => s.scenario)
  }

  next(rng: Rng, corpus: readonly Input[]): Proposal {
    if (this.seeds.length > 0 && rng.oneIn(4))
      return { scenario: this.seeds[this.turn++ % this.seeds.length], lead: null }
    if (corpus.length === 0 || rng.oneIn(4))
      return { scenario: this.tidy(this.grammar.generate(rng)), lead: null }
    // The later half of the corpus is where the new things are.
    const from = rng.oneIn(2) ? corpus.length >> 1 : 0
    const input = corpus[from + rng.below(corpus.length - from)] as Input
    if (rng.oneIn(3)) return { scenario: input.scenario, lead: new PrefixDriver(input.choices) }
    return { scenario: this.tidy(this.grammar.mutate(rng, input.scenario)), lead: null }
  }

  private tidy(scenario: unknown): unknown {
    return this.subject.system.tidy?.(scenario) ?? scenario
  }
}

/** Follows an interesting execution up to a random step, and goes on by sampling: a new end to a good start. */
class PrefixDriver implements Driver {
  readonly name = 'prefix'
  private start = new ChoicesDriver({ agents: [], steps: 0, values: [], valueCount: 0 })
  private readonly tail = new PosDriver()
  private cut = 0

  constructor(private readonly choices: Choices) {}

  begin(seed: number, m: Machine): void {
    this.cut = (seed >>> 0) % (this.choices.steps + 1)
    this.start = new ChoicesDriver(this.choices)
    this.start.begin()
    this.tail.begin(seed, m)
  }

  nextAgent(m: Machine): number {
    return m.step < this.cut ? this.start.nextAgent(m) : this.tail.nextAgent(m)
  }

  nextValue(n: number, m: Machine): number {
    return m.step < this.cut ? this.start.nextValue(n) : this.tail.nextValue(n)
  }
}
