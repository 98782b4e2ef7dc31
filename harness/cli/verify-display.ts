import pc from 'picocolors'
import { count, progress } from '../report/format.js'
import type { VerifyResult } from '../results.js'
import type { Stand } from '../verify/explore.js'
import type { Task } from '../verify/verify.js'
import { outcomeInWords } from './verify-words.js'

interface Running {
  readonly since: number
  readonly before: Stand
  shown: number
  text: string
}

/** Shows explorations as they go, on stderr: a line that is written over on a terminal, a line a second elsewhere. */
export class VerifyDisplay {
  private readonly running = new Map<Task, Running>()
  private finished = 0

  constructor(private readonly tasks: readonly Task[]) {}

  progress(task: Task, stand: Stand): void {
    const now = performance.now()
    let run = this.running.get(task)
    if (!run) this.running.set(task, (run = { since: now, before: stand, shown: now, text: '' }))
    run.text = `${nameOf(task)} ${describe(stand, run.before, (now - run.since) / 1000)}`
    if (process.stderr.isTTY) this.redraw()
    else if (now - run.shown >= 1000) {
      run.shown = now
      process.stderr.write(`${run.text}\n`)
    }
  }

  done(task: Task, result: VerifyResult): void {
    this.running.delete(task)
    this.finished++
    const colour = { verified: pc.green, violated: pc.red, unfinished: pc.yellow }[result.outcome]
    this.wipe()
    process.stderr.write(
      `${nameOf(task)} ${process.stderr.isTTY ? colour(outcomeInWords(result)) : outcomeInWords(result)}\n`,
    )
    if (process.stderr.isTTY) this.redraw()
  }

  close(): void {
    this.wipe()
  }

  private redraw(): void {
    const head = this.tasks.length > 1 ? `[${this.finished}/${this.tasks.length}] ` : ''
    const line = head + [...this.running.values()].map((r) => r.text).join(' | ')
    process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`)
  }

  private wipe(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  }
}

const nameOf = (task: Task): string => `${task.system}/${task.fix} ${task.memoryModel}`

/** `34 %, 120,000 states, 98,000 executions/s, depth 60, about 12 s left`. */
function describe(stand: Stand, before: Stand, seconds: number): string {
  const parts = [
    `${stand.limit === null ? '' : `limit ${stand.limit}: `}about ${progress(stand.share)}`,
    `${count(stand.executions)} executions`,
    ...(stand.states > 0 ? [`${count(stand.states)} states`] : []),
    `depth ${stand.depth}`,
  ]
  if (seconds > 0.5) {
    parts.push(`${count(Math.round((stand.executions - before.executions) / seconds))} executions/s`)
    const gain = stand.share - before.share
    if (gain > 0 && stand.limit === null)
      parts.push(`about ${left(((1 - stand.share) / gain) * seconds)} left`)
  }
  return parts.join(', ')
}

function left(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`
  if (seconds < 6000) return `${Math.ceil(seconds / 60)} min`
  return seconds < 360_000 ? `${Math.ceil(seconds / 3600)} h` : 'days'
}
