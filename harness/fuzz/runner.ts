import type { Entry } from './corpus.js'
import type { JobView, Overview } from './overview.js'
import { FairShare } from './share.js'
import type { Known, Standing } from './standing.js'
import { isProblem, type Executor, type ExplainTask, type Problem, type TryTask } from './tasks.js'

export type Budget = { readonly runs: number } | { readonly milliseconds: number }

export interface RunnerOptions {
  readonly standings: readonly Standing[]
  readonly budget: Budget
  readonly executor: Executor
  /** What of the time was spent before, when a campaign is resumed. */
  readonly spentMilliseconds: number
  readonly signal: AbortSignal
  /** An interleaving was minimized. */
  readonly onEntry: (entry: Entry) => void
}

/** What happened to a job in this process: clock time, which results do not depend on. */
interface Clock {
  running: number
  since: number
  /** Seconds in which shards of it were running. */
  seconds: number
  executions: number
  /** When coverage last grew, and how far it had. */
  newAt: number
  points: number
}

/**
 * Runs a campaign: hands shards of the jobs to the executor, has what they find minimized and tried on the
 * other candidates, and goes on until the executions or the time are used up.
 */
export class Runner {
  private readonly share: FairShare
  private readonly begun = performance.now()
  private readonly clocks = new Map<Standing, Clock>()
  private readonly followUps: (() => Promise<void>)[] = []
  private inFlight = 0
  private settle: ((error?: unknown) => void) | null = null

  constructor(private readonly options: RunnerOptions) {
    this.share = new FairShare(options.standings)
    for (const s of options.standings)
      this.clocks.set(s, {
        running: 0,
        since: 0,
        seconds: 0,
        executions: s.executions,
        newAt: this.begun,
        points: s.points,
      })
  }

  /** Resolves when all is done, or when the signal says so; then what was running is lost. */
  async run(): Promise<void> {
    const { standings, signal } = this.options
    for (;;) {
      for (const s of standings) this.followUp(s)
      await this.drain()
      if (signal.aborted) return
      if ('milliseconds' in this.options.budget) for (const s of standings) s.mergeAll()
      for (const s of standings) this.followUp(s)
      if (this.followUps.length === 0 && !this.adopt()) return
    }
  }

  /** Until nothing is left to hand out, and nothing is running. */
  private drain(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.settle = (error) => {
        this.settle = null
        if (error === undefined) resolve()
        else reject(error as Error)
      }
      this.options.signal.addEventListener('abort', () => this.settle?.(), { once: true })
      this.pump()
    })
  }

  private pump(): void {
    if (this.settle === null) return
    while (!this.options.signal.aborted && this.inFlight < this.options.executor.capacity) {
      const work = this.followUps.shift() ?? this.nextShard()
      if (!work) break
      this.inFlight++
      work().then(
        () => {
          this.inFlight--
          this.pump()
        },
        (e: unknown) => {
          this.inFlight--
          if (!this.options.signal.aborted) this.settle?.(e)
        },
      )
    }
    if (this.inFlight === 0 || this.options.signal.aborted) this.settle?.()
  }

  private nextShard(): (() => Promise<void>) | null {
    const counted = 'runs' in this.options.budget
    const over = this.leftSeconds !== null && this.leftSeconds <= 0
    // Counted runs go job by job, for the sake of who watches; time is shared.
    for (const s of counted ? this.options.standings : this.share.order()) {
      // However short the time, every job gets its first shard.
      if (over && (s.executions > 0 || (this.clocks.get(s) as Clock).running > 0)) continue
      const task = s.next()
      if (!task) continue
      const guess = this.share.begin(s)
      return async () => {
        const start = performance.now()
        this.startClock(s)
        const result = await this.options.executor.run(task)
        s.finish(task.first, result)
        this.share.end(s, guess, (performance.now() - start) / 1000)
        this.stopClock(s)
        this.followUp(s)
      }
    }
    return null
  }

  private readonly handled = new Set<Known>()

  /** What remains to be done about the violations of a job. */
  private followUp(s: Standing): void {
    for (const known of s.errors) {
      if (this.handled.has(known) || known.tried !== null) continue
      this.handled.add(known)
      this.followUps.push(() => this.explain(s, known))
    }
  }

  private async explain(s: Standing, known: Known): Promise<void> {
    if (known.explanation === null) {
      const task: ExplainTask = { do: 'explain', job: s.job, finding: known.finding, minimize: true }
      let outcome = await this.options.executor.run(task)
      if (isProblem(outcome)) outcome = await this.options.executor.run({ ...task, minimize: false })
      if (isProblem(outcome)) return this.blame(s, outcome)
      known.explanation = outcome
      s.changed = true
    }
    this.options.onEntry(known.explanation.entry)
    await this.tryOnOthers(s, known, known.explanation.entry)
  }

  private async tryOnOthers(s: Standing, known: Known, entry: Entry): Promise<void> {
    for (;;) {
      const others = this.othersOf(s).filter((o) => o.problem === null)
      const task: TryTask = { do: 'try', entry, others: others.map((o) => o.job.fix) }
      const outcome = await this.options.executor.run(task)
      if (!isProblem(outcome)) {
        known.tried = outcome
        s.changed = true
        return
      }
      const culprit = others.find((o) => o.job.fix === outcome.fix)
      if (!culprit) return this.blame(s, outcome)
      this.blame(culprit, outcome)
    }
  }

  private blame(s: Standing, problem: Problem): void {
    s.problem ??= problem
    s.changed = true
  }

  /** The same system and memory model, other candidates. */
  private othersOf(s: Standing): Standing[] {
    const { system, fix, memoryModel } = s.job
    return this.options.standings.filter(
      ({ job }) => job.system === system && job.memoryModel === memoryModel && job.fix !== fix,
    )
  }

  /** Books what interleavings of one candidate did to others. Returns whether anything was new. */
  private adopt(): boolean {
    let news = false
    for (const s of this.options.standings)
      for (const { tried } of s.errors)
        for (const other of this.othersOf(s).filter((o) => o.problem === null))
          for (const finding of tried?.[other.job.fix] ?? []) news = other.adopt(finding) || news
    return news
  }

  private startClock(s: Standing): void {
    const clock = this.clocks.get(s) as Clock
    if (clock.running++ === 0) clock.since = performance.now()
  }

  private stopClock(s: Standing): void {
    const clock = this.clocks.get(s) as Clock
    const now = performance.now()
    if (--clock.running === 0) clock.seconds += (now - clock.since) / 1000
    if (s.points > clock.points) clock.newAt = now
    clock.points = s.points
  }

  /** Seconds of this process in which the job was being run. */
  secondsOf(s: Standing): number {
    const { running, since, seconds } = this.clocks.get(s) as Clock
    return seconds + (running > 0 ? (performance.now() - since) / 1000 : 0)
  }

  get elapsedMilliseconds(): number {
    return this.options.spentMilliseconds + performance.now() - this.begun
  }

  private get leftSeconds(): number | null {
    const { budget } = this.options
    return 'runs' in budget ? null : (budget.milliseconds - this.elapsedMilliseconds) / 1000
  }

  get overview(): Overview {
    const seconds = (performance.now() - this.begun) / 1000
    const jobs = this.options.standings.map((s) => this.view(s))
    const made = this.options.standings.reduce(
      (n, s) => n + s.executions - (this.clocks.get(s) as Clock).executions,
      0,
    )
    return {
      jobs,
      executions: jobs.reduce((n, j) => n + j.executions, 0),
      executionsPerSecond: Math.round(made / Math.max(seconds, 0.001)),
      elapsedSeconds: this.elapsedMilliseconds / 1000,
      leftSeconds: this.leftSeconds === null ? null : Math.max(0, this.leftSeconds),
      memoryMegabytes: Math.round(process.memoryUsage.rss() / 2 ** 20),
    }
  }

  private view(s: Standing): JobView {
    const clock = this.clocks.get(s) as Clock
    const made = s.executions - clock.executions
    return {
      job: s.job,
      executions: s.executions,
      executionsPerSecond: made === 0 ? 0 : Math.round(made / Math.max(this.secondsOf(s), 0.001)),
      coverage: s.points,
      corpus: s.inputs.length,
      signatures: s.errors.map((k) => k.finding.violation.signature),
      drySeconds: (performance.now() - clock.newAt) / 1000,
      state: s.done ? 'done' : clock.running > 0 || s.executions > 0 ? 'running' : 'waiting',
      problem: s.problem,
    }
  }
}
