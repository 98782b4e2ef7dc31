import type { LitmusTest } from './ast.js'
import { holds, valueOf } from './condition.js'
import type { Flag } from './lkmm-flags.js'
import { nameOf, shownPlaces, type MemoryMap } from './memory-map.js'
import type { FinalState } from './search.js'
import { isAddress } from './value.js'

export type Observation = 'Never' | 'Sometimes' | 'Always'

/** What came of a test under one memory model. */
export interface Answer {
  /** Final states, as herd7 prints and sorts them. */
  readonly states: readonly string[]
  /** Executions whose final state satisfies the condition, and does not. */
  readonly positive: number
  readonly negative: number
  readonly flags: readonly Flag[]
  /** What cut the search short; the observation holds for what was seen, and `sure` says whether for all. */
  readonly bounds: readonly string[]
  readonly sure: boolean
}

/** `Never 0 0` is a test without executions, which always deadlocks. `Unknown`: a bound was hit before it was clear. */
export function observation({ positive, negative, sure }: Answer): Observation | 'Unknown' {
  if (!sure && (positive === 0 || negative === 0)) return 'Unknown'
  return positive === 0 ? 'Never' : negative === 0 ? 'Always' : 'Sometimes'
}

/** Collects final states. */
export class Collector {
  private readonly states = new Map<string, readonly number[]>()
  private readonly places
  private readonly flags = new Set<Flag>()
  private positive = 0
  private negative = 0

  constructor(
    private readonly test: LitmusTest,
    private readonly map: MemoryMap,
  ) {
    this.places = shownPlaces(test)
  }

  add(end: FinalState, flags: readonly Flag[]): boolean {
    const values = this.places.map((p) => valueOf(p, end, this.map) ?? 0)
    this.states.set(values.join(), values)
    for (const f of flags) this.flags.add(f)
    const positive = holds(this.test.condition, end, this.map) === true
    if (positive) this.positive++
    else this.negative++
    return positive
  }

  /** Numbers come before addresses, addresses by name. */
  private compare(a: number, b: number): number {
    if (!isAddress(a) || !isAddress(b)) return a - b
    const [x, y] = [this.map.show(a), this.map.show(b)]
    return x < y ? -1 : x > y ? 1 : 0
  }

  answer(bounds: readonly string[], sure: boolean): Answer {
    const sorted = [...this.states.values()].sort(
      (a, b) => a.map((v, i) => this.compare(v, b[i] as number)).find((d) => d !== 0) ?? 0,
    )
    return {
      states: sorted.map((values) =>
        values
          .map((v, i) => `${nameOf(this.places[i] as (typeof this.places)[number])}=${this.map.show(v)};`)
          .join(' '),
      ),
      positive: this.positive,
      negative: this.negative,
      flags: [...this.flags].sort(),
      bounds,
      sure,
    }
  }
}
