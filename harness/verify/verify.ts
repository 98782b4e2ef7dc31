import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Job } from '../fuzz/tasks.js'
import { UserError } from '../user-error.js'
import type { Exploration, Stand } from './explore.js'
import type { Problem, Verification } from './worker.js'

/** What a worker gets: a candidate under a memory model, by reference, and what to explore of it. */
export interface Task extends Job, Exploration {
  /** What that is, in words. */
  readonly bound: string
  readonly milliseconds: number | null
}

export interface VerifyOptions {
  readonly tasks: readonly Task[]
  readonly workers: number
  readonly onProgress: (task: Task, stand: Stand) => void
  readonly onDone: (task: Task, verification: Verification) => void
  readonly signal: AbortSignal
}

/**
 * Verifies on worker threads. What a task does depends on itself alone, so the results are the same for any number
 * of workers; they come back in the order of the tasks. A signal makes all of them stop where they are, and save it.
 */
export async function verify(options: VerifyOptions): Promise<Verification[]> {
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./worker-entry.cjs', import.meta.url)),
    maxThreads: options.workers,
    minThreads: 1,
  })
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const left = new Int32Array(new SharedArrayBuffer(4)).fill(options.tasks.length)
  const interrupt = (): void => {
    Atomics.store(stop, 0, 1)
  }
  options.signal.addEventListener('abort', interrupt)
  try {
    return await Promise.all(
      options.tasks.map(async (task) => {
        const { port1, port2 } = new MessageChannel()
        port1.on('message', (stand: Stand) => options.onProgress(task, stand))
        port1.unref()
        try {
          const done = (await pool.run(
            { task, port: port2, stop, left, workers: options.workers },
            { transferList: [port2] },
          )) as Verification | Problem
          if ('problem' in done) throw new UserError(done.problem)
          options.onDone(task, done)
          return done
        } finally {
          port1.close()
        }
      }),
    )
  } finally {
    options.signal.removeEventListener('abort', interrupt)
    await pool.destroy()
  }
}
