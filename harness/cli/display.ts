import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import type { JobView, Overview } from '../fuzz/overview.js'
import { keyOf } from '../fuzz/tasks.js'
import { kindOf } from './verdict.js'

/** Shows a fuzzing run as it goes. */
export interface Display {
  show(overview: Overview): void
  /** Something that must be seen. */
  warn(message: string): void
  close(overview: Overview): void
}

export function terminalDisplay(): Display {
  return process.stderr.isTTY ? new LiveDisplay() : new LineDisplay((text) => process.stderr.write(text))
}

/**
 * libFuzzer's lines: NEW when coverage or violations have grown, at most once a second and job; pulse when
 * the executions have doubled; DONE.
 */
export class LineDisplay implements Display {
  private readonly last = new Map<string, { view: JobView; at: number; pulse: number }>()

  constructor(private readonly write: (text: string) => void) {}

  show(overview: Overview): void {
    const now = performance.now()
    for (const view of overview.jobs) {
      if (view.executions === 0 && view.problem === null) continue
      const key = keyOf(view.job)
      const last = this.last.get(key)
      const event = eventOf(view, last?.view ?? null, view.executions >= (last?.pulse ?? 0))
      if (!event || (event === 'NEW' && last && now - last.at < 1000)) continue
      this.last.set(key, { view, at: now, pulse: 2 * view.executions })
      this.write(line(event, view, overview))
    }
  }

  warn(message: string): void {
    this.write(`rcufuzz: ${message}\n`)
  }

  close(overview: Overview): void {
    this.show(overview)
  }
}

function eventOf(view: JobView, last: JobView | null, pulse: boolean): string | null {
  if (view.state === 'done') return last?.state === 'done' ? null : 'DONE'
  if (!last || view.coverage > last.coverage || view.signatures.length > last.signatures.length) return 'NEW'
  return pulse ? 'pulse' : null
}

function line(event: string, view: JobView, { memoryMegabytes }: Overview): string {
  const { job, executions, coverage, corpus, signatures, executionsPerSecond } = view
  return `#${executions}\t${event.padEnd(6)} ${keyOf(job)} cov: ${coverage} corp: ${corpus} found: ${signatures.length} exec/s: ${executionsPerSecond} rss: ${memoryMegabytes}Mb${ending(view)}\n`
}

function ending({ state, signatures, problem }: JobView): string {
  if (problem) return ` ${problem.problem.toUpperCase()}`
  if (state !== 'done') return ''
  return signatures.length > 0 ? ` BROKEN: ${kinds(signatures)}` : ' survived'
}

const kinds = (signatures: readonly string[]): string => [...new Set(signatures.map(kindOf))].join(', ')

/** A table that is drawn again and again: a line a job, those with news first when they are too many. */
class LiveDisplay implements Display {
  private readonly draw = createLogUpdate(process.stderr)
  private readonly warnings: string[] = []

  show(o: Overview): void {
    this.draw(this.table(o, (process.stderr.rows || 40) - 2))
  }

  warn(message: string): void {
    this.warnings.push(message)
  }

  close(o: Overview): void {
    this.draw(this.table(o, Infinity))
    this.draw.done()
  }

  private table(o: Overview, height: number): string {
    const { jobs } = o
    const left = o.leftSeconds === null ? '' : `  left ${time(o.leftSeconds)}`
    const head = [
      `${pc.bold('elapsed')} ${time(o.elapsedSeconds)}${left}  ${count(o.executions)} executions  ${count(o.executionsPerSecond)}/s  rss ${o.memoryMegabytes} MB`,
      ...this.warnings.slice(-3).map((w) => pc.yellow(w)),
    ]
    const room = Math.max(1, height - head.length - 2)
    const shown = jobs.length <= room ? jobs : byNews(jobs).slice(0, room)
    const width = Math.max(9, ...shown.map((v) => v.job.fix.length))
    const names = pc.dim(
      `${'candidate'.padEnd(width)}  model ${'executions'.padStart(11)} ${'exec/s'.padStart(8)} ${'cov'.padStart(5)} ${'corp'.padStart(5)} ${'last new'.padStart(9)}`,
    )
    const hidden = jobs.length - shown.length
    return [
      ...head,
      names,
      ...shown.map((v) => row(v, width)),
      ...(hidden > 0 ? [pc.dim(`and ${hidden} more`)] : []),
    ].join('\n')
  }
}

function row(v: JobView, width: number): string {
  const numbers = [
    count(v.executions).padStart(11),
    count(v.executionsPerSecond).padStart(8),
    String(v.coverage).padStart(5),
    String(v.corpus).padStart(5),
    (v.executions > 0 ? time(v.drySeconds) : '').padStart(9),
  ]
  return `${v.job.fix.padEnd(width)}  ${v.job.memoryModel.padEnd(5)} ${numbers.join(' ')}  ${state(v)}`
}

function state({ problem, signatures, state }: JobView): string {
  if (problem) return pc.magenta(problem.problem)
  if (signatures.length > 0) {
    const counts = new Map<string, number>()
    for (const s of signatures) counts.set(kindOf(s), (counts.get(kindOf(s)) ?? 0) + 1)
    return pc.red([...counts].map(([kind, n]) => (n > 1 ? `${kind} ×${n}` : kind)).join(', '))
  }
  return state === 'done' ? pc.green('survived') : pc.dim(state)
}

/** Those that are being run first, by how fresh their news is. */
const byNews = (jobs: readonly JobView[]): JobView[] =>
  [...jobs].sort(
    (a, b) => Number(b.state === 'running') - Number(a.state === 'running') || a.drySeconds - b.drySeconds,
  )

const count = (n: number): string => n.toLocaleString('en')

function time(seconds: number): string {
  const s = Math.floor(seconds)
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60]
  return h > 0
    ? `${h}h${String(m).padStart(2, '0')}m`
    : m > 0
      ? `${m}m${String(s % 60).padStart(2, '0')}s`
      : `${s}s`
}
