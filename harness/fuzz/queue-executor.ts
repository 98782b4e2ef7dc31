import { createHash, randomUUID } from 'node:crypto'
import { Queue, QueueEvents, type Job as QueueJob } from 'bullmq'
import type { Redis } from 'ioredis'
import { connect, queueName, type Message } from './redis.js'
import type { Executor, Problem, ResultOf, ShardTask, Task } from './tasks.js'

/** Seconds that anything left in Redis outlives a coordinator that was killed. */
const LEFTOVERS = 3600

/** How long to wait for word of a job before looking whether it is still there. */
const PATIENCE = 60_000

/**
 * Hands tasks to workers on any machine, by BullMQ on Redis. A worker that dies leaves its task to another,
 * which the engine sees to; an answer is taken once, so nothing is counted twice.
 */
export class QueueExecutor implements Executor {
  private readonly campaign = randomUUID()
  private readonly timer: NodeJS.Timeout
  /** Logs in Redis, and how many unanswered tasks start from each. */
  private readonly logs = new Map<string, { users: number; stored: Promise<unknown> }>()
  private readonly open = new Set<string>()
  private count = 0
  private threads = 0
  private told = false
  private closed = false

  private constructor(
    private readonly redis: Redis,
    private readonly queue: Queue,
    private readonly events: QueueEvents,
  ) {
    void this.lookForWorkers()
    this.timer = setInterval(() => void this.lookForWorkers(), 5000)
  }

  static async connect(url: string): Promise<QueueExecutor> {
    const redis = await connect(url)
    const queue = new Queue(queueName(), {
      connection: { url },
      // Events carry results: a few are enough, for they are read at once.
      streams: { events: { maxLen: 500 } },
    })
    const events = new QueueEvents(queueName(), { connection: { url } })
    // Both reconnect by themselves, and what was lost with a server is asked for again.
    queue.on('error', () => undefined)
    events.on('error', () => undefined)
    await events.waitUntilReady()
    return new QueueExecutor(redis, queue, events)
  }

  /** Twice the workers' threads, so that they never wait for the next task. */
  get capacity(): number {
    return 2 * Math.max(1, this.threads)
  }

  private async lookForWorkers(): Promise<void> {
    const workers = await this.queue.getWorkers().catch(() => [])
    this.threads = workers.reduce((n, w) => n + Number(/threads-(\d+)$/.exec(w.rawname ?? '')?.[1] ?? 0), 0)
    if (this.threads === 0 && !this.told)
      process.stderr.write('rcufuzz: no worker of this build is there; waiting for one\n')
    this.told = this.threads === 0
  }

  async run<T extends Task>(task: T): Promise<ResultOf<T> | Problem> {
    const id = `${this.campaign}-${this.count++}`
    this.open.add(id)
    const message: Message = task.do === 'shard' ? await this.withoutLog(task) : { task, logKey: null }
    try {
      let job = await this.add(id, message)
      for (;;) {
        const answer = await this.answer<ResultOf<T> | Problem>(job)
        if (answer !== null) return answer
        if (!(await this.queue.getJob(id))) job = await this.add(id, message)
      }
    } finally {
      this.open.delete(id)
      if (message.logKey !== null) await this.release(message.logKey)
    }
  }

  private add(id: string, message: Message): Promise<QueueJob<Message>> {
    const keep = { age: LEFTOVERS }
    return this.queue.add(message.task.do, message, { jobId: id, removeOnComplete: keep, removeOnFail: keep })
  }

  /** What came of a job; null if there is no word of it yet. */
  private async answer<R>(job: QueueJob<Message>): Promise<R | Problem | null> {
    try {
      const result = (await job.waitUntilFinished(this.events, PATIENCE)) as R
      await job.remove().catch(() => undefined)
      return result
    } catch (e) {
      if (this.closed) throw e
      if (!(await job.isFailed().catch(() => false))) return null
      const { task } = job.data
      const fix = task.do === 'try' ? (task.others[0] ?? '') : task.job.fix
      return { problem: 'dies', message: `workers that run it die or fail: ${(e as Error).message}`, fix }
    }
  }

  private async withoutLog(task: ShardTask): Promise<Message> {
    const digest = createHash('sha256')
      .update(JSON.stringify(task.job))
      .update(task.log)
      .digest('hex')
      .slice(0, 24)
    const logKey = `rcufuzz:${this.campaign}:log:${digest}`
    let entry = this.logs.get(logKey)
    if (!entry) {
      entry = { users: 0, stored: this.redis.set(logKey, task.log, 'EX', 24 * LEFTOVERS) }
      this.logs.set(logKey, entry)
    }
    entry.users++
    await entry.stored
    return { task: { ...task, log: '' }, logKey }
  }

  private async release(logKey: string): Promise<void> {
    const entry = this.logs.get(logKey)
    if (!entry || --entry.users > 0) return
    this.logs.delete(logKey)
    if (!this.closed) await this.redis.del(logKey)
  }

  async close(): Promise<void> {
    this.closed = true
    clearInterval(this.timer)
    await Promise.all([...this.open].map((id) => this.queue.remove(id).catch(() => undefined)))
    if (this.logs.size > 0) await this.redis.del(...this.logs.keys())
    await Promise.all([this.queue.close(), this.events.close()])
    this.redis.disconnect()
  }
}
