import { columns } from '../trace/columns.js'
import { ChoicesDriver, ScheduleWriter } from '../drivers/replay.js'
import type { Finding } from './campaign.js'
import { CORPUS_VERSION, entryName, type Entry } from './corpus.js'
import { replayExactly } from './explain.js'
import { Minimizer, type Minimized } from './minimize.js'
import { machineFor, type Subject } from './program.js'
import type { Explanation } from './tasks.js'

/** Minimizes a finding, if that is wanted, and draws it. */
export function explain(subject: Subject, reference: string, finding: Finding, minimize = true): Explanation {
  const minimizer = new Minimizer(subject, finding.violation.signature)
  const small = minimize ? minimizer.minimize(finding.scenario, finding.choices) : asItIs(subject, finding)
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

/** A finding with its choices written down as a schedule. */
function asItIs(subject: Subject, { violation, scenario, choices }: Finding): Minimized {
  const machine = machineFor(subject, scenario)
  const writer = new ScheduleWriter(new ChoicesDriver(choices))
  writer.begin(0, machine)
  machine.run(writer)
  return { violation, scenario, schedule: writer.schedule }
}
