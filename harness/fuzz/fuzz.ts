import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { MemoryModelName } from '../machine/index.js'
import type { Progress } from './campaign.js'
import { UserError } from '../user-error.js'
import type { CampaignReport, Problem } from './worker.js'

/** One campaign to run: a candidate under a memory model, by reference, so that a worker can load it. */
export interface Job {
  readonly system: string
  readonly fix: string
  readonly memoryModel: MemoryModelName
}

export interface FuzzOptions {
  readonly jobs: readonly Job[]
  readonly seed: number
  /** Executions a campaign, or milliseconds for all of them together. */
  readonly budget: { readonly runs: number } | { readonly milliseconds: number }
  readonly engine: 'structural' | 'jsfuzz'
  readonly driver: string | null
  readonly workers: number
  readonly onProgress: (job: Job, progress: Progress) => void
  readonly onDone: (job: Job, report: CampaignReport) => void
  readonly signal?: AbortSignal
}

/** What a worker gets. */
export interface Task extends Job {
  readonly seed: number
  readonly runs: number | null
  readonly milliseconds: number | null
  readonly engine: 'structural' | 'jsfuzz'
  readonly driver: string | null
}

/**
 * Runs the campaigns on worker threads. Each campaign is sequential and depends on its own task alone, so
 * the results are the same for any number of workers; they come back in the order of the jobs.
 */
export async function fuzz(options: FuzzOptions): Promise<CampaignReport[]> {
  const { jobs, seed, budget, engine, driver, workers } = options
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./worker-entry.cjs', import.meta.url)),
    maxThreads: workers,
    minThreads: 1,
  })
  const share = 'runs' in budget ? null : Math.max(50, (budget.milliseconds * workers) / jobs.length)
  try {
    return await Promise.all(
      jobs.map(async (job) => {
        const { port1, port2 } = new MessageChannel()
        port1.on('message', (p: Progress) => options.onProgress(job, p))
        port1.unref()
        const task: Task = {
          ...job,
          seed,
          runs: 'runs' in budget ? budget.runs : null,
          milliseconds: share,
          engine,
          driver,
        }
        try {
          const report = (await pool.run(
            { task, port: port2 },
            { transferList: [port2], ...(options.signal && { signal: options.signal }) },
          )) as CampaignReport | Problem
          if ('problem' in report) throw new UserError(report.problem)
          options.onDone(job, report)
          return report
        } finally {
          port1.close()
        }
      }),
    )
  } finally {
    await pool.destroy()
  }
}

export const defaultWorkers = (): number => Math.max(1, availableParallelism())
