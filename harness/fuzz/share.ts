import type { Standing } from './standing.js'

/** What a job gets that yields nothing any more, against the one that yields most: it may wake up again. */
const LEAST = 1 / 8

/** A candidate that is broken is fuzzed for further signatures only. */
const BROKEN = 1 / 2

/** Worker time of one job, in seconds. */
interface Account {
  /** Time spent over the share that it has: who has least is next. */
  pass: number
  spent: number
  /** The last shard's, to charge one that has just begun. */
  last: number
}

/**
 * Shares the workers' time between jobs by what they still yield (stride scheduling: Waldspurger and Weihl,
 * 1995). After n executions without new coverage the next one brings some with probability 1/(n+2), by the
 * rule of succession; times the job's speed, that is what a second spent on it is worth.
 */
export class FairShare {
  private readonly accounts = new Map<Standing, Account>()

  constructor(private readonly standings: readonly Standing[]) {
    for (const s of standings) this.accounts.set(s, { pass: 0, spent: 0, last: 0.1 })
  }

  /** The jobs, whose turn it is most first. */
  order(): Standing[] {
    return [...this.standings].sort((a, b) => this.of(a).pass - this.of(b).pass)
  }

  /** A shard begins; what it will cost is a guess. */
  begin(s: Standing): number {
    const guess = this.of(s).last
    this.charge(s, guess)
    return guess
  }

  /** It has ended, and took so many seconds. */
  end(s: Standing, guess: number, seconds: number): void {
    const account = this.of(s)
    account.spent += seconds
    account.last = seconds
    this.charge(s, seconds - guess)
  }

  /** Worth of a job's share, against others'. */
  weight(s: Standing): number {
    const best = Math.max(...this.standings.filter((x) => !x.done).map((x) => this.yield(x)))
    const share = best > 0 && Number.isFinite(best) ? this.yield(s) / best : 1
    return (s.errors.length > 0 ? BROKEN : 1) * (LEAST + share)
  }

  private yield(s: Standing): number {
    const { spent } = this.of(s)
    return spent === 0 ? 0 : s.executions / spent / (s.executions - s.lastNew + 2)
  }

  private charge(s: Standing, seconds: number): void {
    this.of(s).pass += seconds / this.weight(s)
  }

  private of(s: Standing): Account {
    return this.accounts.get(s) as Account
  }
}
