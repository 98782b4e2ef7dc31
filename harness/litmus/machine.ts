import { Machine, ProgramError, type MemoryModelName, type Violation } from '../machine/index.js'
import { Collector, type Answer } from './answer.js'
import type { LitmusTest } from './ast.js'
import { holds } from './condition.js'
import type { Event, Tag } from './event.js'
import { Explorer } from './explorer.js'
import { Interpreter, Shared } from './interpreter.js'
import { MemoryMap } from './memory-map.js'
import type { FinalState } from './search.js'
import { unfold } from './unfold.js'
import { Unsupported } from './unsupported.js'

/** Executions that a test may take on the machine by default. */
export const DEFAULT_EXECUTIONS = 300_000

/**
 * The outcomes of a test on the step-wise machine: every execution, but for those that only swap independent
 * steps. Executions that end in a deadlock have no outcome, as in the axiomatic model.
 */
export function runOnMachine(test: LitmusTest, model: MemoryModelName, bound = DEFAULT_EXECUTIONS): Answer {
  const map = new MemoryMap(test)
  const m = new Machine(model, test.threads.length, 2000)
  const shared = new Shared(m, map)
  const strong = test.threads.some((text, i) =>
    unfold(i, text, map).some((path) => path.events.some(isStrong)),
  )
  const bounds = new Set<string>()
  const threads = test.threads.map(
    (text, i) => new Interpreter(i, text, shared, strong, (what) => bounds.add(what)),
  )
  for (const thread of threads) m.spawn(`P${thread.number}`, `P${thread.number}`, (t) => thread.run(t))
  const end: FinalState = {
    register: (thread, name) => threads[thread]?.register(name) ?? 0,
    memory: (location) => shared.finalValue(location),
  }
  const collector = new Collector(test, map)
  const explorer = new Explorer()
  let executions = 0
  do {
    if (++executions > bound) {
      bounds.add(`the search was ended after ${bound} executions`)
      break
    }
    const violations = run(m, explorer)
    if (explorer.redundant || !threads.every((thread) => thread.finished)) continue
    if (test.filter !== null && !holds(test.filter, end, map)) continue
    collector.add(end, violations.some((v) => v.kind === 'data-race') ? ['data-race'] : [])
  } while (explorer.advance())
  return collector.answer([...bounds], bounds.size === 0)
}

const STRONG: readonly Tag[] = [
  ...(['mb', 'sync-rcu', 'sync-srcu', 'before-atomic', 'after-atomic'] as const),
  ...(['after-spinlock', 'after-unlock-lock', 'after-srcu-read-unlock'] as const),
]
const isStrong = ({ tag }: Event): boolean => STRONG.includes(tag)

function run(m: Machine, explorer: Explorer): readonly Violation[] {
  try {
    return m.run(explorer).violations
  } catch (e) {
    if (e instanceof ProgramError && e.cause instanceof Unsupported) throw e.cause
    throw e
  }
}
