import type { MessagePort } from 'node:worker_threads'
import { ProgramError } from '../machine/index.js'
import { loadFix, loadSystem } from '../registry.js'
import type { FuzzResult } from '../results.js'
import { columns } from '../trace/columns.js'
import { enableSourceMaps } from '../trace/source.js'
import { Campaign, StructuralSource, type Finding } from './campaign.js'
import { CORPUS_VERSION, entryName, type Entry } from './corpus.js'
import { replayExactly } from './explain.js'
import type { Task } from './fuzz.js'
import { JsfuzzSource } from './jsfuzz.js'
import { Minimizer } from './minimize.js'
import { expectation, type Subject } from './program.js'

/** What comes back from a campaign: its result, and the interleavings to store. */
export interface CampaignReport {
  readonly result: FuzzResult
  readonly entries: readonly Entry[]
}

/** A candidate that does not run: an error's class does not survive the way back to the parent. */
export interface Problem {
  readonly problem: string
}

/** Executions between two looks at the clock. */
const SLICE = 2048

/** Runs one campaign, minimizes what it found, and draws it. */
export default async function work({
  task,
  port,
}: {
  task: Task
  port: MessagePort
}): Promise<CampaignReport | Problem> {
  enableSourceMaps()
  const system = await loadSystem(task.system)
  const { fix } = await loadFix(system, task.fix)
  const subject: Subject = { system, fix, memoryModel: task.memoryModel }
  try {
    const start = performance.now()
    const campaign = new Campaign(
      subject,
      task.seed,
      task.engine === 'jsfuzz' ? new JsfuzzSource(subject, task.seed) : new StructuralSource(subject),
      task.driver ?? undefined,
    )
    for (;;) {
      const left = task.runs === null ? SLICE : Math.min(SLICE, task.runs - campaign.progress.executions)
      if (left <= 0 || (task.milliseconds !== null && performance.now() - start > task.milliseconds)) break
      campaign.run(left)
      port.postMessage(campaign.progress)
    }
    return report(subject, task, campaign, (performance.now() - start) / 1000)
  } catch (e) {
    if (e instanceof ProgramError) return { problem: `${task.fix}: ${e.message}${place(e)}` }
    throw e
  }
}

/** Where in the candidate the error was thrown. */
function place(e: ProgramError): string {
  const stack = e.cause instanceof Error ? (e.cause.stack ?? '') : ''
  const line = stack
    .split('\n')
    .find((l) => /^\s+at /.test(l) && !/\/harness\//.test(l) && !l.includes('node:'))
  return line ? ` (${line.trim()})` : ''
}

function report(subject: Subject, task: Task, campaign: Campaign, seconds: number): CampaignReport {
  const { system, fix, memoryModel } = subject
  const { findings, ...numbers } = campaign.result
  const expected = expectation(subject)
  const errors = findings.filter((f) => f.violation.severity === 'error')
  const explained = errors.map((f) => explain(subject, task.fix, f))
  return {
    entries: explained.map((e) => e.entry),
    result: {
      system: system.name,
      fix: fix.name,
      title: fix.title,
      source: fix.source,
      memoryModel,
      expected: expected === 'holds' ? 'holds' : 'broken',
      ...(expected !== 'holds' && { expectedKinds: [...expected.broken] }),
      executions: numbers.executions,
      steps: numbers.steps,
      seconds,
      violations: explained.map((e) => e.found),
      notices: findings
        .filter((f) => f.violation.severity === 'notice')
        .map((f) => ({ ...f.violation, sites: [...f.violation.sites], firstExecution: f.execution })),
      coverage: numbers.coverage,
      corpus: numbers.corpus,
      series: [...numbers.series],
    },
  }
}

/** Minimizes a finding and draws it. */
export function explain(
  subject: Subject,
  reference: string,
  finding: Finding,
): { entry: Entry; found: FuzzResult['violations'][number] } {
  const minimizer = new Minimizer(subject, finding.violation.signature)
  const small = minimizer.minimize(finding.scenario, finding.choices)
  const { trace } = replayExactly(subject, small.scenario, small.schedule)
  const { signature, message } = small.violation
  const entry: Entry = {
    format: 'rcufuzz interleaving',
    version: CORPUS_VERSION,
    system: subject.system.name,
    fix: reference,
    memoryModel: subject.memoryModel,
    signature,
    message,
    replay: '',
    scenario: small.scenario,
    schedule: {
      turns: small.schedule.turns.map((t) => ({ ...t })),
      picks: small.schedule.picks.map((p) => ({ ...p })),
    },
    picture: columns(trace, { width: 110 }).split('\n'),
  }
  entry.replay = `npx rcufuzz replay corpus/${entry.system}/${entryName(entry)}`
  return {
    entry,
    found: {
      ...small.violation,
      sites: [...small.violation.sites],
      firstExecution: finding.execution,
      file: `${entry.system}/${entryName(entry)}`,
      command: entry.replay,
      switches: small.schedule.turns.length - 1,
      events: minimizer.events(small.scenario),
      trace,
    },
  }
}
