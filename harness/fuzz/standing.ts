import { Coverage } from './coverage.js'
import type { Finding } from './campaign.js'
import { Growth, type GrowthPoint } from './growth.js'
import { logLine, readLog, type Input } from './input.js'
import {
  isProblem,
  type Explanation,
  type Job,
  type Problem,
  type Settings,
  type ShardResult,
  type ShardTask,
  type TryResult,
} from './tasks.js'

/** Executions of a shard: a tenth of a second's work or so. */
const SHARD = { least: 2048, most: 4096 }
const SHARDS_A_ROUND = 16

/** What is kept of a violation, from the first sight of it to what it does to other candidates. */
export interface Known {
  readonly finding: Finding
  explanation: Explanation | null
  /** What the interleaving did to the other candidates. */
  tried: TryResult | null
}

/** A job's standing as it is stored. */
export interface Saved {
  readonly job: Job
  readonly position: number
  readonly executions: number
  readonly steps: number
  readonly lastNew: number
  /** How many of its inputs the two open rounds start from. */
  readonly starts: readonly [number, number]
  readonly known: readonly Known[]
  readonly series: readonly GrowthPoint[]
  readonly finished: readonly (readonly [number, ShardResult | Problem])[]
  readonly problem: Problem | null
}

/**
 * Where a job stands: the merged results of its rounds so far.
 *
 * A job is fuzzed in rounds of shards. Every round is as long as all before it, up to a limit, and its shards
 * all start from the inputs that were known when the round before the previous one was merged; so while a
 * round's last shards are running, those of the next can begin. Results are merged in the order of the
 * shards, whatever the order in which they came; so what is found after n executions depends on nothing but
 * the seed, not on the number of workers nor on which of them was killed.
 */
export class Standing {
  /** Where the first round begins that is not merged yet. */
  private position = 0
  executions = 0
  steps = 0
  /** The execution that last reached something new. */
  lastNew = 0
  /** A line of the log each. */
  readonly inputs: string[] = []
  private starts: [number, number] = [0, 0]
  private readonly coverage = new Coverage()
  readonly known = new Map<string, Known>()
  private growth = new Growth()
  /** Shards that have finished and wait for those before them. */
  private readonly finished = new Map<number, ShardResult | Problem>()
  private readonly running = new Set<number>()
  problem: Problem | null = null
  /** Whether it has changed since it was last saved. */
  changed = false

  constructor(
    readonly job: Job,
    private readonly settings: Settings,
    /** Executions to make, if that is what ends it. */
    private readonly runs: number | null,
  ) {}

  /** The next shard that can run, or null if none can before others have finished. */
  next(): ShardTask | null {
    if (this.problem !== null) return null
    let first = this.position
    for (const start of this.starts) {
      const end = this.endOfRound(first)
      for (const shard of shardsOf(first, end)) {
        const result = this.finished.get(shard.first)
        if (result && isProblem(result)) return null
        if (result || this.running.has(shard.first)) continue
        this.running.add(shard.first)
        return {
          do: 'shard',
          job: this.job,
          ...this.settings,
          ...shard,
          log: this.inputs.slice(0, start).join(''),
        }
      }
      first = end
    }
    return null
  }

  private endOfRound(first: number): number {
    const length = Math.min(Math.max(first, SHARD.least), SHARDS_A_ROUND * SHARD.most)
    return Math.min(first + length, this.runs ?? Infinity)
  }

  /** A shard has finished. */
  finish(first: number, result: ShardResult | Problem): void {
    if (this.problem !== null) return
    this.running.delete(first)
    this.finished.set(first, result)
    this.changed = true
    for (let end = this.endOfRound(this.position); this.roundIsDone(end); end = this.endOfRound(end)) {
      this.merge(end)
      this.starts = [this.starts[1], this.inputs.length]
    }
  }

  /** Whether every shard of the round has finished, up to one that the candidate does not get through. */
  private roundIsDone(end: number): boolean {
    if (this.position >= end || this.problem !== null) return false
    for (const { first } of shardsOf(this.position, end)) {
      const result = this.finished.get(first)
      if (!result) return false
      if (isProblem(result)) return true
    }
    return true
  }

  /** Merges what has finished before `end`, in order. */
  private merge(end: number): void {
    for (const [first, result] of [...this.finished].sort(([a], [b]) => a - b)) {
      if (first >= end) break
      this.finished.delete(first)
      if (isProblem(result)) {
        this.problem = result
        this.finished.clear()
        return
      }
      this.mergeShard(result)
      this.position = first + result.executions
    }
  }

  /** Time is up: what has finished counts, although shards before it may be missing. */
  mergeAll(): void {
    if (this.finished.size > 0) this.changed = true
    this.merge(Infinity)
    this.running.clear()
  }

  private mergeShard({ executions, steps, findings, inputs }: ShardResult): void {
    for (const input of inputs) {
      const points = input.points.filter((p) => this.coverage.reach(p))
      if (points.length === 0) continue
      this.inputs.push(logLine({ ...input, points }))
      this.lastNew = Math.max(this.lastNew, input.execution)
      this.growth.add(input.execution, this.coverage.points)
    }
    for (const finding of findings) this.learn(finding)
    this.executions += executions
    this.steps += steps
  }

  /** Books a violation, unless its signature is known. */
  private learn(finding: Finding): boolean {
    const { signature } = finding.violation
    if (this.known.has(signature)) return false
    this.known.set(signature, { finding, explanation: null, tried: null })
    this.changed = true
    return true
  }

  /** Books what another candidate's interleaving did here: one execution more. */
  adopt(finding: Finding): boolean {
    if (!this.learn({ ...finding, execution: this.executions + 1 })) return false
    this.executions++
    return true
  }

  /** Takes other inputs for its own, after a distillation; further rounds start from them. */
  replaceInputs(inputs: readonly Input[]): void {
    this.inputs.splice(0, Infinity, ...inputs.map(logLine))
    this.starts = [inputs.length, inputs.length]
    for (const { points } of inputs) for (const point of points) this.coverage.reach(point)
    this.changed = true
  }

  get errors(): Known[] {
    return [...this.known.values()].filter((k) => k.finding.violation.severity === 'error')
  }

  get points(): number {
    return this.coverage.points
  }

  get series(): GrowthPoint[] {
    return this.growth.until(this.executions, this.coverage.points)
  }

  /** Whether all executions that were asked for are made, or the candidate does not run. */
  get done(): boolean {
    return this.problem !== null || (this.runs !== null && this.position >= this.runs)
  }

  save(): Saved {
    return {
      job: this.job,
      position: this.position,
      executions: this.executions,
      steps: this.steps,
      lastNew: this.lastNew,
      starts: this.starts,
      known: [...this.known.values()],
      series: this.growth.points,
      finished: [...this.finished].sort(([a], [b]) => a - b),
      problem: this.problem,
    }
  }

  /** Goes on from where it was saved. */
  restore(saved: Saved, inputs: readonly string[]): void {
    this.position = saved.position
    this.executions = saved.executions
    this.steps = saved.steps
    this.lastNew = saved.lastNew
    this.inputs.push(...inputs)
    for (const { points } of readLog(inputs.join(''))) for (const point of points) this.coverage.reach(point)
    this.starts = [...saved.starts]
    for (const known of saved.known) this.known.set(known.finding.violation.signature, { ...known })
    this.growth = new Growth([...saved.series])
    for (const [first, result] of saved.finished) this.finished.set(first, result)
    this.problem = saved.problem
  }
}

/** How a round is cut. */
function shardsOf(first: number, end: number): { first: number; executions: number }[] {
  const size = Math.min(Math.max(Math.ceil((end - first) / SHARDS_A_ROUND), SHARD.least), SHARD.most)
  const shards = []
  for (let at = first; at < end; at += size) shards.push({ first: at, executions: Math.min(size, end - at) })
  return shards
}
