import type { Job, Problem } from './tasks.js'

/** Where a job stands, for displays and statistics. */
export interface JobView {
  readonly job: Job
  readonly executions: number
  /** While it was being run. */
  readonly executionsPerSecond: number
  readonly coverage: number
  readonly corpus: number
  /** Of violations that break the candidate. */
  readonly signatures: readonly string[]
  /** Since coverage last grew. */
  readonly drySeconds: number
  readonly state: 'waiting' | 'running' | 'done'
  readonly problem: Problem | null
}

/** Where a campaign stands. */
export interface Overview {
  readonly jobs: readonly JobView[]
  /** Executions of all jobs, and how many this process has made a second. */
  readonly executions: number
  readonly executionsPerSecond: number
  readonly elapsedSeconds: number
  /** Null where executions are counted and not time. */
  readonly leftSeconds: number | null
  readonly memoryMegabytes: number
}
