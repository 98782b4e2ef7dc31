import { LenientReplay } from '../drivers/replay.js'
import { ProgramError } from '../machine/index.js'
import { loadFix, loadSystem } from '../registry.js'
import { enableSourceMaps } from '../trace/source.js'
import { choicesMade, type Finding } from './campaign.js'
import { scheduleOf } from './corpus.js'
import { explain } from './finding.js'
import { Heartbeat } from './heartbeat.js'
import { machineFor, watchPrograms, type Subject } from './program.js'
import { runShard } from './shard.js'
import type { Explanation, Job, Problem, ShardResult, Task, TryResult, TryTask } from './tasks.js'

enableSourceMaps()
// stdout is the parent's, for its results; what a candidate prints goes to stderr.
process.stdout.write = process.stderr.write.bind(process.stderr)

/** Candidates that this thread has loaded: what they name does not change while a campaign runs. */
const subjects = new Map<string, Promise<Subject>>()

/** The candidate whose program is being run, for blame. */
let blamed = ''

/** Performs one task in a worker thread. */
export default async function work({
  task,
  heartbeat: memory,
}: {
  task: Task
  heartbeat: SharedArrayBuffer
}): Promise<ShardResult | Explanation | TryResult | Problem> {
  const heartbeat = new Heartbeat(memory)
  let running: unknown
  blamed = task.do === 'try' ? '' : task.job.fix
  watchPrograms((subject, scenario, machine) => {
    running = scenario
    heartbeat.say({ fix: blamed, scenario })
    machine.atStart(() => heartbeat.beat())
  })
  try {
    switch (task.do) {
      case 'shard':
        return runShard(await subjectOf(task.job), task)
      case 'explain':
        return explain(await subjectOf(task.job), task.job.fix, task.finding, task.minimize)
      case 'try':
        return await tryOthers(task)
    }
  } catch (e) {
    if (!(e instanceof ProgramError)) throw e
    return { problem: 'throws', message: `${e.message}${place(e)}`, fix: blamed, scenario: running }
  }
}

async function subjectOf({ system: name, fix: reference, memoryModel }: Job): Promise<Subject> {
  const key = `${name} ${reference}`
  let subject = subjects.get(key)
  if (!subject) {
    subject = loadSystem(name).then(async (system) => ({
      system,
      fix: (await loadFix(system, reference)).fix,
      memoryModel,
    }))
    subjects.set(key, subject)
  }
  return { ...(await subject), memoryModel }
}

async function tryOthers({ entry, others }: TryTask): Promise<TryResult> {
  // All are loaded before one is run: a beat says that candidates are running, and must not stop from then on.
  const { system, memoryModel } = entry
  const loaded = await Promise.all(others.map((fix) => subjectOf({ system, fix, memoryModel })))
  const result: Record<string, readonly Finding[]> = {}
  for (const [i, subject] of loaded.entries()) {
    const fix = others[i] as string
    blamed = fix
    const machine = machineFor(subject, entry.scenario)
    const driver = new LenientReplay(scheduleOf(entry))
    driver.begin()
    const { violations } = machine.run(driver)
    const choices = choicesMade(machine)
    const broken = violations.filter((v) => v.severity === 'error')
    if (broken.length > 0)
      result[fix] = broken.map((violation) => ({
        violation,
        execution: 0,
        scenario: entry.scenario,
        choices,
      }))
  }
  return result
}

/** Where in the candidate the error was thrown. */
function place(e: ProgramError): string {
  const stack = e.cause instanceof Error ? (e.cause.stack ?? '') : ''
  const line = stack
    .split('\n')
    .find((l) => /^\s+at /.test(l) && !/\/harness\//.test(l) && !l.includes('node:'))
  return line ? ` (${line.trim()})` : ''
}
