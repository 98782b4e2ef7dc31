import type { MemoryModelName } from '../machine/index.js'
import type { FuzzResult } from '../results.js'
import type { Finding } from './campaign.js'
import type { Entry } from './corpus.js'
import type { Input, InputLog } from './input.js'

/** What is fuzzed: a candidate under a memory model, by reference, so that a worker anywhere can load it. */
export interface Job {
  readonly system: string
  readonly fix: string
  readonly memoryModel: MemoryModelName
}

export const keyOf = ({ system, fix, memoryModel }: Job): string => `${system}/${fix} ${memoryModel}`

/** What a campaign's executions depend on, beside the job. */
export interface Settings {
  readonly seed: number
  readonly engine: 'structural' | 'jsfuzz'
  readonly driver: string
}

/**
 * A part of a job's fuzzing, small enough to be lost without regret: executions `first`+1 to
 * `first`+`executions`, from the inputs that were known before. A pure function of what stands here, so it
 * may run on any worker, and again.
 */
export interface ShardTask extends Settings {
  readonly do: 'shard'
  readonly job: Job
  readonly first: number
  readonly executions: number
  readonly log: InputLog
}

export interface ShardResult {
  readonly executions: number
  readonly steps: number
  readonly findings: readonly Finding[]
  readonly inputs: readonly Input[]
}

/** Makes a finding small and draws it. */
export interface ExplainTask {
  readonly do: 'explain'
  readonly job: Job
  readonly finding: Finding
  /** Off where the candidate went astray while it was minimized. */
  readonly minimize: boolean
}

export interface Explanation {
  readonly entry: Entry
  readonly found: FuzzResult['violations'][number]
}

/** Tries an interleaving that broke one candidate on others. */
export interface TryTask {
  readonly do: 'try'
  readonly entry: Entry
  /** References of candidates. */
  readonly others: readonly string[]
}

/** By reference: what the interleaving did there, errors only. */
export interface TryResult {
  readonly [fix: string]: readonly Finding[]
}

export type Task = ShardTask | ExplainTask | TryTask

/** The result that belongs to a task. */
export type ResultOf<T extends Task> = T extends ShardTask
  ? ShardResult
  : T extends ExplainTask
    ? Explanation
    : TryResult

/**
 * A candidate that does not run: it throws, never yields, eats all memory or takes its thread down. A value
 * and not an error, for it crosses threads and machines.
 */
export interface Problem {
  readonly problem: 'throws' | 'hangs' | 'runs out of memory' | 'dies'
  readonly message: string
  /** Which candidate it was, and what it was running, if it came so far. */
  readonly fix: string
  readonly scenario?: unknown
}

export const isProblem = (outcome: object): outcome is Problem => 'problem' in outcome

/** A problem as a sentence: who, what, and what was being run, unless the place in the code says enough. */
export function inWords({ problem, message, fix, scenario }: Problem): string {
  if (problem === 'throws') return `${fix}: ${message}`
  const running = scenario === undefined ? '' : `; it was running ${JSON.stringify(scenario)}`
  return `${fix} ${problem}: ${message}${running}`
}

/** Performs tasks, somewhere. */
export interface Executor {
  /** How many tasks it wants to have at a time. */
  readonly capacity: number
  run<T extends Task>(task: T): Promise<ResultOf<T> | Problem>
  /** Ends at once, whatever is running; what was asked for never comes. */
  close(): Promise<void>
}
