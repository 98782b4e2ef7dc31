import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../folders.js'
import { COVERAGE_SIZE } from './coverage.js'
import type { Overview } from './overview.js'

const HEADER =
  '# relative_time, cycles_done, cur_item, corpus_count, pending_total, pending_favs, total_edges, saved_crashes, saved_hangs, max_depth, execs_per_sec, total_execs, edges_found'

/** Lines of plot data: when there are more, every second one goes, and half as many are written from then on. */
const LINES = 2000

/**
 * `fuzzer_stats` and `plot_data` with the names and columns of AFL++ (docs/afl-fuzz_approach.md), so that
 * afl-whatsup, afl-plot and people's own scripts can read them. Sums over all jobs; what has no meaning here
 * is 0. Times are the wall clock's; they are written here and decide nothing of any execution.
 */
export class Statistics {
  private readonly begun = Date.now()
  private lines: string[]
  private interval = 1
  private ticks = 0
  private peak = 0
  private lastFind = 0
  private lastCrash = 0
  private known = { corpus: 0, crashes: 0 }

  constructor(
    private readonly dir: string,
    private readonly command: string,
    resumed: boolean,
  ) {
    this.lines =
      resumed && existsSync(this.plot) ? readFileSync(this.plot, 'utf8').split('\n').slice(1, -1) : []
  }

  private get plot(): string {
    return join(this.dir, 'plot_data')
  }

  write(o: Overview): void {
    const corpus = sum(o.jobs.map((j) => j.corpus))
    const crashes = sum(o.jobs.map((j) => j.signatures.length))
    const hangs = o.jobs.filter((j) => j.problem !== null).length
    const edges = sum(o.jobs.map((j) => j.coverage))
    const now = Math.round(Date.now() / 1000)
    this.peak = Math.max(this.peak, o.memoryMegabytes)
    if (corpus > this.known.corpus) this.lastFind = now
    if (crashes > this.known.crashes) this.lastCrash = now
    this.known = { corpus, crashes }
    const total = COVERAGE_SIZE * o.jobs.length
    const stats: Record<string, string | number> = {
      start_time: Math.round(this.begun / 1000),
      last_update: now,
      run_time: Math.round(o.elapsedSeconds),
      fuzzer_pid: process.pid,
      cycles_done: 0,
      execs_done: o.executions,
      execs_per_sec: o.executionsPerSecond.toFixed(2),
      corpus_count: corpus,
      corpus_found: corpus,
      pending_favs: 0,
      pending_total: 0,
      time_wo_finds: Math.round(Math.min(...o.jobs.map((j) => j.drySeconds))),
      last_find: this.lastFind,
      last_crash: this.lastCrash,
      saved_crashes: crashes,
      saved_hangs: hangs,
      edges_found: edges,
      total_edges: total,
      bitmap_cvg: `${((100 * edges) / total).toFixed(2)}%`,
      peak_rss_mb: this.peak,
      afl_banner: 'rcufuzz',
      afl_version: 'rcufuzz',
      target_mode: 'interleavings',
      command_line: this.command,
    }
    const text = Object.entries(stats).map(([key, value]) => `${key.padEnd(17)} : ${value}\n`)
    writeAtomically(join(this.dir, 'fuzzer_stats'), text.join(''))
    if (this.ticks++ % this.interval > 0) return
    this.lines.push(
      `${Math.round(o.elapsedSeconds)}, 0, 0, ${corpus}, 0, 0, ${total}, ${crashes}, ${hangs}, 0, ${o.executionsPerSecond}, ${o.executions}, ${edges}`,
    )
    if (this.lines.length > LINES) {
      this.lines = this.lines.filter((_, i) => i % 2 === 0)
      this.interval *= 2
    }
    writeAtomically(this.plot, `${HEADER}\n${this.lines.join('\n')}\n`)
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
