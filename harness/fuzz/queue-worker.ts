import { Worker } from 'bullmq'
import type { InputLog } from './input.js'
import { Pool } from './pool.js'
import { connect, queueName, type Message } from './redis.js'
import { inWords, isProblem } from './tasks.js'

/**
 * A worker that is silent for so long has lost its job, and another one takes it. Workers renew their locks
 * at half of it; what keeps a processor busy runs in threads of its own, so they always can.
 */
const LOCK = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 3 }

/** Runs tasks from a queue until the signal says so; what is running then is finished first. */
export async function serve(url: string, threads: number, signal: AbortSignal): Promise<number> {
  const redis = await connect(url)
  const pool = new Pool(threads, tell)
  let served = 0
  let last = { key: '', log: '' }
  const logOf = async (key: string): Promise<InputLog> => {
    if (key === last.key) return last.log
    const log = await redis.get(key)
    if (log === null) throw new Error('the inputs to start from are gone: the campaign has ended')
    last = { key, log }
    return log
  }
  const worker = new Worker<Message>(
    queueName(),
    async ({ data: { task, logKey } }) => {
      const whole = task.do === 'shard' && logKey !== null ? { ...task, log: await logOf(logKey) } : task
      const outcome = await pool.run(whole)
      served++
      if (isProblem(outcome)) tell(inWords(outcome))
      return outcome
    },
    {
      connection: { url },
      concurrency: threads,
      name: `threads-${threads}`,
      ...LOCK,
    },
  )
  worker.on('error', (e) => {
    tell(e.message)
  })
  worker.on('stalled', (id) => {
    tell(`${id} was lost by its worker, and is run again`)
  })
  await worker.waitUntilReady()
  tell(`${threads} threads serve ${url}, queue ${queueName()}`)
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true })
  })
  await worker.close()
  await pool.close()
  redis.disconnect()
  return served
}

function tell(message: string): void {
  process.stderr.write(`rcufuzz: ${message}\n`)
}
