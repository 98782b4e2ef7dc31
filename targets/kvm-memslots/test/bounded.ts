import type { Driver } from '#harness/drivers/driver.js'
import { machineFor, type Subject } from '#harness/fuzz/program.js'
import type { Machine } from '#harness/machine/index.js'

interface Choice {
  readonly options: readonly number[]
  at: number
}

/**
 * All executions with at most `bound` preemptions, in order, with every value that a load may return: Musuvathi
 * and Qadeer, "Iterative context bounding", PLDI 2007. Switching away from a thread that cannot go on is free.
 * A store buffer is one more thread.
 */
class PreemptionBounded implements Driver {
  readonly name = 'preemption-bounded'
  private readonly path: Choice[] = []
  private depth = 0
  private last = -1
  private preemptions = 0

  constructor(private readonly bound: number) {}

  begin(): void {
    this.depth = 0
    this.last = -1
    this.preemptions = 0
  }

  /** Moves to the next execution; false when all were seen. */
  advance(): boolean {
    while (this.path.length > 0) {
      const top = this.path.at(-1) as Choice
      if (++top.at < top.options.length) return true
      this.path.pop()
    }
    return false
  }

  nextAgent(m: Machine): number {
    const enabled = Array.from(m.enabled.slice(0, m.enabledCount))
    const goesOn = enabled.includes(this.last)
    const options = !goesOn
      ? enabled
      : [this.last, ...(this.preemptions < this.bound ? enabled.filter((a) => a !== this.last) : [])]
    const agent = this.choose(options)
    if (goesOn && agent !== this.last) this.preemptions++
    this.last = agent
    return agent
  }

  nextValue(n: number): number {
    return this.choose(Array.from({ length: n }, (_, i) => i))
  }

  private choose(options: readonly number[]): number {
    let choice = this.path[this.depth]
    if (!choice) this.path.push((choice = { options, at: 0 }))
    this.depth++
    return choice.options[choice.at] as number
  }
}

/** The signatures of everything that executions of a named scenario with few preemptions can show. */
export function allWithin(
  subject: Subject,
  scenario: string,
  bound: number,
): { readonly errors: string[]; readonly notices: string[]; readonly executions: number } {
  const named = subject.system.scenarios[scenario]
  if (!named) throw new Error(`no scenario ${scenario}`)
  const machine = machineFor(subject, named.scenario)
  const driver = new PreemptionBounded(bound)
  const errors = new Set<string>()
  const notices = new Set<string>()
  let executions = 0
  do {
    driver.begin()
    if (++executions > 3_000_000) throw new Error(`${scenario}: more than 3,000,000 executions`)
    for (const v of machine.run(driver).violations)
      (v.severity === 'error' ? errors : notices).add(v.signature)
  } while (driver.advance())
  return { errors: [...errors].sort(), notices: [...notices].sort(), executions }
}
