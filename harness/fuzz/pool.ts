import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { Heartbeat } from './heartbeat.js'
import { inWords, isProblem, type Executor, type Problem, type ResultOf, type Task } from './tasks.js'

/** How often the heartbeats are looked at, in milliseconds. */
const LOOK = 250

/**
 * Looks without a beat after which a thread counts as stuck: ten seconds, where an execution takes well under
 * a tenth of one. Counted in looks, so that a machine that slept is not taken for a candidate that hangs.
 */
const LOOKS = 40

/** The heap that a worker thread may have; a campaign needs a tenth of it. */
const HEAP_MEGABYTES = 512

interface Watched {
  readonly heartbeat: Heartbeat
  readonly stuck: AbortController
  beats: number
  looks: number
}

export const defaultWorkers = (): number => Math.max(1, availableParallelism())

/** Worker threads that survive what they run: a stuck one is killed, one without memory replaced. */
export class Pool implements Executor {
  private readonly piscina: Piscina
  private readonly watched = new Set<Watched>()
  private readonly timer: NodeJS.Timeout
  private closed = false

  constructor(
    readonly capacity: number,
    /** Told of what was mended. */
    private readonly warn: (message: string) => void,
    /** Looks without a beat that are one too many. */
    private readonly patience = LOOKS,
  ) {
    this.piscina = new Piscina({
      filename: fileURLToPath(new URL('./worker-entry.cjs', import.meta.url)),
      maxThreads: capacity,
      minThreads: 1,
      idleTimeout: 30_000,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    })
    // Errors of threads between tasks: a candidate may leave timers behind. The task it breaks is run again.
    this.piscina.on('error', () => undefined)
    this.timer = setInterval(() => {
      this.look()
    }, LOOK)
    this.timer.unref()
  }

  /**
   * What runs out of memory or takes its thread down is run again on a fresh one: another candidate may have
   * left the thread in that state. A task is pure, so what the candidate did it does again.
   */
  async run<T extends Task>(task: T): Promise<ResultOf<T> | Problem> {
    const outcome = await this.once(task)
    if (!isProblem(outcome) || outcome.problem === 'throws' || outcome.problem === 'hangs') return outcome
    const again = await this.once(task)
    if (!isProblem(again)) this.warn(`${inWords(outcome)}; not so on a fresh thread`)
    return again
  }

  private async once<T extends Task>(task: T): Promise<ResultOf<T> | Problem> {
    const watched: Watched = { heartbeat: new Heartbeat(), stuck: new AbortController(), beats: 0, looks: 0 }
    this.watched.add(watched)
    try {
      return (await this.piscina.run(
        { task, heartbeat: watched.heartbeat.memory },
        { signal: watched.stuck.signal },
      )) as ResultOf<T> | Problem
    } catch (e) {
      if (this.closed) throw e
      return { ...this.diagnosis(watched, e as Error & { code?: string }), ...blame(task, watched.heartbeat) }
    } finally {
      this.watched.delete(watched)
    }
  }

  private diagnosis(watched: Watched, e: Error & { code?: string }): Pick<Problem, 'problem' | 'message'> {
    const seconds = Math.round((this.patience * LOOK) / 1000)
    if (watched.stuck.signal.aborted)
      return { problem: 'hangs', message: `no step in ${seconds} seconds: a loop without a yield*?` }
    if (e.code === 'ERR_WORKER_OUT_OF_MEMORY')
      return { problem: 'runs out of memory', message: `it needs more than ${HEAP_MEGABYTES} MB` }
    return { problem: 'dies', message: e.message }
  }

  private look(): void {
    for (const w of this.watched) {
      const beats = w.heartbeat.beats
      // A task that has not begun waits for a thread, or loads its candidate.
      w.looks = beats === w.beats && beats > 0 ? w.looks + 1 : 0
      w.beats = beats
      if (w.looks >= this.patience) w.stuck.abort()
    }
  }

  async close(): Promise<void> {
    this.closed = true
    clearInterval(this.timer)
    await this.piscina.destroy()
  }
}

/** Who was running, and what. */
function blame(task: Task, { running }: Heartbeat): Pick<Problem, 'fix' | 'scenario'> {
  if (running) return running
  return { fix: task.do === 'try' ? (task.others[0] ?? '') : task.job.fix }
}
