import { Listr, type ListrTaskWrapper, type DefaultRenderer, type SimpleRenderer } from 'listr2'
import pc from 'picocolors'
import type { Progress } from '../fuzz/campaign.js'
import type { Job } from '../fuzz/fuzz.js'
import type { FuzzResult } from '../results.js'
import { verdict } from './verdict.js'

/** Shows a fuzzing run as it goes, on stderr. */
export interface Display {
  progress(job: Job, progress: Progress): void
  done(job: Job, result: FuzzResult): void
  /** Waits until everything is drawn. */
  close(): Promise<void>
}

export function displayFor(jobs: readonly Job[]): Display {
  return process.stderr.isTTY ? new LiveDisplay(jobs) : new LineDisplay()
}

/** libFuzzer's lines: a line a second and campaign, and one at its end. */
class LineDisplay implements Display {
  private readonly started = new Map<string, number>()
  private readonly last = new Map<string, number>()

  progress(job: Job, p: Progress): void {
    const now = performance.now()
    const key = keyOf(job)
    if (!this.started.has(key)) this.started.set(key, now)
    if (now - (this.last.get(key) ?? now - 900) < 1000) return
    this.last.set(key, now)
    const seconds = (now - (this.started.get(key) ?? now)) / 1000
    const speed = seconds > 0.1 ? ` exec/s: ${Math.round(p.executions / seconds)}` : ''
    process.stderr.write(
      `#${p.executions}\t${key} cov: ${p.coverage} corp: ${p.corpus} found: ${p.findings}${speed}\n`,
    )
  }

  done(job: Job, r: FuzzResult): void {
    const speed = Math.round(r.executions / (r.seconds ?? 1))
    const { broken, kinds } = verdict(r)
    process.stderr.write(
      `#${r.executions}\tDONE ${keyOf(job)} cov: ${r.coverage} corp: ${r.corpus} exec/s: ${speed} ${broken ? `BROKEN: ${kinds}` : 'survived'}\n`,
    )
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const keyOf = (job: Job): string => `${job.system}/${job.fix} ${job.memoryModel}`

type Wrapper = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>

/** One line a candidate, with the state of each memory model. */
class LiveDisplay implements Display {
  private readonly rows = new Map<string, Row>()
  private readonly drawn: Promise<unknown>

  constructor(jobs: readonly Job[]) {
    for (const job of jobs) {
      const key = `${job.system}/${job.fix}`
      const row = this.rows.get(key) ?? new Row(job.fix)
      row.states.set(job.memoryModel, pc.dim('waiting'))
      this.rows.set(key, row)
    }
    const tasks = [...this.rows.values()].map((row) => ({
      title: row.title,
      task: (_: unknown, wrapper: Wrapper) => {
        row.attach(wrapper)
        return row.finished
      },
    }))
    this.drawn = new Listr(tasks, {
      concurrent: true,
      exitOnError: false,
      rendererOptions: { collapseErrors: false },
      fallbackRenderer: 'simple',
    }).run()
  }

  progress(job: Job, p: Progress): void {
    this.row(job).set(job, pc.cyan(`${Math.round(p.executions / 1000)}k, cov ${p.coverage}`))
  }

  done(job: Job, r: FuzzResult): void {
    const { broken, kinds } = verdict(r)
    this.row(job).set(job, broken ? pc.red(kinds) : pc.green(`survived ${r.executions}`))
    this.row(job).end()
  }

  private row(job: Job): Row {
    return this.rows.get(`${job.system}/${job.fix}`) as Row
  }

  async close(): Promise<void> {
    for (const row of this.rows.values()) row.stop()
    await this.drawn
  }
}

class Row {
  readonly states = new Map<string, string>()
  readonly finished: Promise<void>
  private resolve: () => void = () => undefined
  private ended = 0
  private wrapper: Wrapper | null = null

  constructor(private readonly name: string) {
    this.finished = new Promise((resolve) => (this.resolve = resolve))
  }

  get title(): string {
    return `${this.name}  ${[...this.states].map(([model, state]) => `${pc.bold(model)} ${state}`).join('  ')}`
  }

  attach(wrapper: Wrapper): void {
    this.wrapper = wrapper
  }

  set(job: Job, state: string): void {
    this.states.set(job.memoryModel, state)
    if (this.wrapper) this.wrapper.title = this.title
  }

  end(): void {
    if (++this.ended === this.states.size) this.stop()
  }

  stop(): void {
    this.resolve()
  }
}
