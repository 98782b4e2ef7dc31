import { describe, expect, it } from 'vitest'
import type { Driver } from '#harness/drivers/driver.js'
import { PosDriver } from '#harness/drivers/pos.js'
import { Postpone } from '#harness/drivers/postpone.js'
import { choicesOf, ScheduleWriter } from '#harness/drivers/replay.js'
import { agentNamed } from '#harness/drivers/schedule.js'
import { Campaign } from '#harness/fuzz/campaign.js'
import { replayExactly } from '#harness/fuzz/explain.js'
import { Grammar } from '#harness/fuzz/grammar.js'
import { Minimizer } from '#harness/fuzz/minimize.js'
import { machineFor, type Subject } from '#harness/fuzz/program.js'
import type { Machine } from '#harness/machine/index.js'
import { subject } from '../../../test/subjects.js'

const RACE = 'use-after-free:RAMBlock.offset:vcpu:call_rcu'

/**
 * All executions with at most `bound` context switches, in order; under `sc` there is nothing else to choose.
 * Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007, with switches at blocking counted too.
 */
class SwitchBounded implements Driver {
  readonly name = 'switch-bounded'
  private path: { agents: number[]; at: number }[] = []
  private depth = 0
  private last = -1
  private switches = 0

  constructor(private readonly bound: number) {}

  begin(): void {
    this.depth = 0
    this.last = -1
    this.switches = 0
  }

  /** Moves to the next execution; false when all were seen. */
  advance(): boolean {
    while (this.path.length > 0) {
      const top = this.path[this.path.length - 1] as { agents: number[]; at: number }
      if (++top.at < top.agents.length) return true
      this.path.pop()
    }
    return false
  }

  nextAgent(m: Machine): number {
    let node = this.path[this.depth]
    if (!node) {
      const enabled = Array.from(m.enabled.slice(0, m.enabledCount))
      const goesOn = enabled.includes(this.last)
      const free = this.last < 0 || this.switches < this.bound
      const agents = goesOn ? [this.last, ...(free ? enabled.filter((a) => a !== this.last) : [])] : enabled
      this.path.push((node = { agents, at: 0 }))
    }
    this.depth++
    const agent = node.agents[node.at] as number
    if (this.last >= 0 && agent !== this.last) this.switches++
    this.last = agent
    return agent
  }

  nextValue(): number {
    return 0
  }

  get tooMany(): boolean {
    return this.switches > this.bound
  }
}

/** Whether some execution of the scenario with at most `bound` switches has the race. */
function racesWithin(s: Subject, scenario: unknown, bound: number): { found: boolean; executions: number } {
  const machine = machineFor(s, scenario)
  const driver = new SwitchBounded(bound)
  let executions = 0
  do {
    driver.begin()
    executions++
    const { violations } = machine.run(driver)
    if (!driver.tooMany && violations.some((v) => v.signature === RACE && v.concrete))
      return { found: true, executions }
  } while (driver.advance())
  return { found: false, executions }
}

describe("the baseline's race, minimized", () => {
  it.each([1, 2, 3])('has no event and no context switch too many (seed %i)', async (seed) => {
    const baseline = await subject('ram-list', 'baseline', 'sc')
    const campaign = new Campaign(baseline, seed)
    while (!campaign.result.findings.some((f) => f.violation.signature === RACE)) campaign.run(500)
    const finding = campaign.result.findings.find((f) => f.violation.signature === RACE)
    if (!finding) throw new Error('not found')
    const small = new Minimizer(baseline, RACE).minimize(finding.scenario, finding.choices)

    // As the mail has it: reader A's lookup, the removal, and reader C's lookup (seed 000).
    const grammar = new Grammar(baseline.system.scenario)
    expect(grammar.size(small.scenario)).toBe(3)
    const lookups = JSON.stringify(small.scenario).match(/"do":"lookup"/g)
    expect(lookups).toHaveLength(2)
    expect(JSON.stringify(small.scenario).match(/"do":"unplug"/g)).toHaveLength(1)

    // A | writer | A | grace period and free | C: four switches, and no execution with three has it.
    expect(small.violation.concrete).toBe(true)
    expect(small.schedule.turns.map((t) => t.agent.replace(/\d/, ''))).toEqual([
      'vcpu',
      'main',
      'vcpu',
      'call_rcu',
      'vcpu',
    ])
    expect(racesWithin(baseline, small.scenario, 4).found).toBe(true)
    const less = racesWithin(baseline, small.scenario, 3)
    expect(less.found).toBe(false)
    expect(less.executions).toBeGreaterThan(100)
    // No smaller scenario has it with as many switches.
    for (const smaller of grammar.shrink(small.scenario))
      if (baseline.system.scenario.safeParse(smaller).success)
        expect(racesWithin(baseline, smaller, 4).found).toBe(false)
  })
})

describe('a minimized interleaving', () => {
  it.each(['sc', 'tso', 'weak'] as const)(
    'keeps its signature and replays exactly (%s)',
    async (memoryModel) => {
      const s = await subject('ram-list', 'two-callbacks', memoryModel)
      const campaign = new Campaign(s, 2)
      campaign.run(6000)
      const errors = campaign.result.findings.filter((f) => f.violation.severity === 'error')
      expect(errors.length).toBeGreaterThan(0)
      for (const { violation, scenario, choices } of errors) {
        const small = new Minimizer(s, violation.signature).minimize(scenario, choices)
        expect(small.violation.signature).toBe(violation.signature)
        const again = replayExactly(s, small.scenario, small.schedule)
        expect(again.violations).toContainEqual(small.violation)
        expect(again.schedule).toEqual(small.schedule)
      }
    },
  )

  it('is the same every time', async () => {
    const s = await subject('ram-list', 'baseline', 'weak')
    const campaign = new Campaign(s, 5)
    campaign.run(1000)
    const finding = campaign.result.findings.find((f) => f.violation.severity === 'error')
    if (!finding) throw new Error('not found')
    const twice = [1, 2].map(() =>
      new Minimizer(s, finding.violation.signature).minimize(finding.scenario, finding.choices),
    )
    expect(twice[0]).toEqual(twice[1])
  })
})

describe('a use that is not ordered before a free', () => {
  it('can be held back until the free', async () => {
    const s = await subject('ram-list', 'one-callback', 'sc')
    const lookup = { do: 'section', events: [{ do: 'lookup', slot: 0 }] }
    const scenario = s.system.scenario.parse({
      slots: 1,
      readers: [[lookup, lookup]],
      main: [{ do: 'unplug', slot: 0 }],
    })
    const machine = machineFor(s, scenario)
    const writer = new ScheduleWriter(new PosDriver())
    let held = 0
    for (let seed = 0; seed < 5000; seed++) {
      writer.begin(seed, machine)
      const inferred = machine.run(writer).violations.find((v) => v.kind === 'use-after-free')
      const [use, free] = inferred?.sites ?? []
      if (!inferred || inferred.concrete || !use || !free) continue
      const { schedule } = writer
      const { agents } = choicesOf(machine, schedule)
      const driver = new Postpone(agents, schedule, agentNamed(machine, use.thread), use.step, free.step)
      driver.begin()
      const seen = machine.run(driver).violations.find((v) => v.signature === inferred.signature)
      expect(seen?.concrete).toBe(true)
      held++
    }
    expect(held).toBeGreaterThan(20)
  })

  it('is shown after it, on one block, in what is minimized', async () => {
    const s = await subject('ram-list', 'one-callback', 'sc')
    const campaign = new Campaign(s, 1)
    campaign.run(3000)
    const found = campaign.result.findings.filter((f) => f.violation.kind === 'use-after-free')
    expect(found.length).toBeGreaterThan(0)
    for (const { violation, scenario, choices } of found) {
      const small = new Minimizer(s, violation.signature).minimize(scenario, choices)
      expect(small.violation.concrete).toBe(true)
      expect(small.scenario).toMatchObject({ slots: 1 })
    }
  })
})
