import type { MessagePort } from 'node:worker_threads'
import type { Entry } from '../fuzz/corpus.js'
import { expectation, type Subject } from '../fuzz/program.js'
import { explain } from '../fuzz/finding.js'
import { ProgramError } from '../machine/index.js'
import { loadFix, loadSystem } from '../registry.js'
import type { VerifyResult } from '../results.js'
import { enableSourceMaps } from '../trace/source.js'
import { UserError } from '../user-error.js'
import { Explorer, type Explored, type Helpers, type Stand } from './explore.js'
import { Crew } from './crew.js'
import type { Task } from './verify.js'

/** What comes back: the result, and the interleaving to store, if one was found. */
export interface Verification {
  readonly result: VerifyResult
  readonly entry: Entry | null
}

/** A candidate that does not run, or a checkpoint that cannot be used. */
export interface Problem {
  readonly problem: string
}

/** Milliseconds between two reports. */
const REPORT_EVERY = 100

/** Explores one candidate under one memory model. */
export default async function work({
  task,
  port,
  stop,
  left,
  workers,
}: {
  task: Task
  port: MessagePort
  /** Set when everybody is to stop. */
  stop: Int32Array
  /** How many tasks are not done yet. */
  left: Int32Array
  workers: number
}): Promise<Verification | Problem> {
  enableSourceMaps()
  const system = await loadSystem(task.system)
  const { fix } = await loadFix(system, task.fix)
  const subject: Subject = { system, fix, memoryModel: task.memoryModel }
  const start = performance.now()
  let reported = start
  const goOn = (stand: Stand): boolean => {
    const now = performance.now()
    if (now - reported > REPORT_EVERY) {
      port.postMessage(stand)
      reported = now
    }
    if (Atomics.load(stop, 0) !== 0) return false
    return task.milliseconds === null || now - start < task.milliseconds
  }
  // Where there are more workers than tasks, they help.
  const crew = new Crew(task, () => Math.floor(workers / Math.max(1, Atomics.load(left, 0))) - 1)
  let programs = 0
  const helpers: Helpers = (program) => {
    const number = programs++
    return (shards, known, run) => crew.runAll(program, number, shards, known, run)
  }
  try {
    const explored = new Explorer(subject, task, helpers).run(goOn)
    return verification(subject, task, explored, (performance.now() - start) / 1000)
  } catch (e) {
    if (e instanceof ProgramError) return { problem: `${task.fix}: ${e.message}` }
    if (e instanceof UserError) return { problem: e.message }
    throw e
  } finally {
    Atomics.sub(left, 0, 1)
    await crew.dismiss()
  }
}

function verification(subject: Subject, task: Task, explored: Explored, seconds: number): Verification {
  const { system, fix, memoryModel } = subject
  const { outcome, counts, reduction, share, limit, cut, finding, notices } = explored
  const expected = expectation(subject)
  const explained = finding ? explain(subject, task.fix, finding) : null
  return {
    entry: explained?.entry ?? null,
    result: {
      system: system.name,
      fix: fix.name,
      title: fix.title,
      source: fix.source,
      memoryModel,
      expected: expected === 'holds' ? 'holds' : 'broken',
      ...(expected !== 'holds' && { expectedKinds: [...expected.broken] }),
      outcome,
      bound: task.bound,
      ...(task.budget && { budget: { kind: task.budget.kind, limit: limit ?? 0, cut } }),
      reduction,
      executions: counts.complete + counts.known + counts.blocked,
      ...counts,
      share,
      ...(outcome === 'unfinished' && { checkpoint: task.checkpoint }),
      seconds,
      violations: explained ? [explained.found] : [],
      notices: notices.map((f) => ({
        ...f.violation,
        sites: [...f.violation.sites],
        firstExecution: f.execution,
      })),
    },
  }
}
