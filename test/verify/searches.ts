import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { PosDriver } from '#harness/drivers/pos.js'
import { expectation, machineFor, type Subject } from '#harness/fuzz/program.js'
import type { Violation } from '#harness/machine/index.js'
import { Explorer } from '#harness/verify/explore.js'
import { Search, type Reduction } from '#harness/verify/search.js'

/** What was found: each signature once, sorted. */
export interface Shown {
  readonly errors: readonly string[]
  readonly notices: readonly string[]
  /** The kinds of the errors. */
  readonly kinds: readonly string[]
  /** How many executions had errors. */
  readonly harmful: number
  readonly executions: number
}

class Showing {
  private readonly errors = new Map<string, Violation>()
  private readonly notices = new Set<string>()
  private harmful = 0

  add(violations: readonly Violation[]): void {
    for (const v of violations)
      if (v.severity === 'error') this.errors.set(v.signature, v)
      else this.notices.add(v.signature)
    if (violations.some((v) => v.severity === 'error')) this.harmful++
  }

  shown(executions: number): Shown {
    return {
      errors: [...this.errors.keys()].sort(),
      notices: [...this.notices].sort(),
      kinds: [...new Set([...this.errors.values()].map((v) => v.kind))].sort(),
      harmful: this.harmful,
      executions,
    }
  }
}

/** All that a search finds when it goes on after each error; within so many preemptions, if that is said. */
export function searched(
  of: Subject,
  scenario: unknown,
  reduction: Reduction = 'states',
  preemptions?: number,
): Shown {
  const budget = preemptions === undefined ? null : ({ kind: 'preemptions', limit: preemptions } as const)
  return found(new Search(machineFor(of, scenario), reduction, budget), Infinity) as Shown
}

/** All that all executions show; null where the search takes more than that. */
export const searchedWithin = (of: Subject, scenario: unknown, executions: number): Shown | null =>
  found(new Search(machineFor(of, scenario), 'states'), executions)

function found(search: Search, most: number): Shown | null {
  const showing = new Showing()
  for (let v = search.next(); v !== null; v = search.next()) {
    showing.add(v)
    if (search.executions > most) return null
  }
  return showing.shown(search.executions)
}

/** What sampling finds. */
export function sampled(of: Subject, scenario: unknown, executions: number): Shown {
  const machine = machineFor(of, scenario)
  const driver = new PosDriver()
  const showing = new Showing()
  for (let i = 0; i < executions; i++) {
    driver.begin(i, machine)
    showing.add(machine.run(driver).violations)
  }
  return showing.shown(executions)
}

/** What sampling finds and the whole search does not (nothing, if the search is sound); whether it found anything. */
export function againstSampling(
  of: Subject,
  scenario: unknown,
  samples: number,
): { readonly missed: readonly string[]; readonly broken: boolean } {
  const whole = searched(of, scenario)
  const { errors, notices } = sampled(of, scenario, samples)
  const missed = [
    ...errors.filter((s) => !whole.errors.includes(s)),
    ...notices.filter((s) => !whole.notices.includes(s)),
  ]
  return { missed, broken: errors.length > 0 }
}

/** Expects that the system's default bound verifies a candidate that holds, and breaks another one as its file says. */
export function decidesByDefault(of: Subject): void {
  const { outcome, reduction, finding } = new Explorer(of, {
    scenarios: of.system.bounds?.scenarios({}) ?? [],
    budget: null,
    executions: 500_000,
    checkpoint: join(tmpdir(), 'rcufuzz-test-unused.checkpoint'),
    resume: false,
  }).run(() => true)
  expect([of.fix.name, reduction]).toEqual([of.fix.name, 'states'])
  const expected = expectation(of)
  if (expected === 'holds') expect([of.fix.name, outcome]).toEqual([of.fix.name, 'verified'])
  else
    expect([of.fix.name, expected.broken]).toEqual([
      of.fix.name,
      expect.arrayContaining([finding?.violation.kind]),
    ])
}
