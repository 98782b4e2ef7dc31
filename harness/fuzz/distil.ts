import { ChoicesDriver } from '../drivers/replay.js'
import { Coverage } from './coverage.js'
import type { Input } from './input.js'
import { machineFor, type Subject } from './program.js'

/** All that an input reaches, by running it again. */
function reach(subject: Subject, { scenario, choices }: Input): readonly number[] {
  const machine = machineFor(subject, scenario)
  const coverage = new Coverage()
  machine.coverage = coverage
  const driver = new ChoicesDriver(choices)
  driver.begin()
  machine.run(driver)
  return coverage.reached
}

/**
 * The fewest inputs that reach all that these reach: each time the one that adds most, the shorter one of
 * equals (greedy set cover, as afl-cmin does; the least set is NP-hard), less those that later ones made
 * superfluous. Inputs whose scenario the system does not admit any more go.
 */
export function distil(subject: Subject, inputs: readonly Input[]): Input[] {
  const left = inputs
    .filter((input) => subject.system.scenario.safeParse(input.scenario).success)
    .map((input) => ({ input, all: reach(subject, input) }))
    .sort((a, b) => a.input.choices.steps - b.input.choices.steps)
  const reached = new Set<number>()
  const picked: typeof left = []
  for (;;) {
    const gain = (all: readonly number[]): number => all.reduce((n, p) => n + Number(!reached.has(p)), 0)
    const gains = left.map(({ all }) => gain(all))
    const most = Math.max(0, ...gains)
    if (most === 0) break
    const [best] = left.splice(gains.indexOf(most), 1)
    if (!best) break
    for (const point of best.all) reached.add(point)
    picked.push(best)
  }
  const users = new Map<number, number>()
  for (const { all } of picked) for (const point of all) users.set(point, (users.get(point) ?? 0) + 1)
  const needed = picked.filter(({ all }) => {
    if (!all.every((point) => (users.get(point) ?? 0) > 1)) return true
    for (const point of all) users.set(point, (users.get(point) ?? 0) - 1)
    return false
  })
  const coverage = new Coverage()
  return needed.map(({ input, all }) => ({ ...input, points: all.filter((point) => coverage.reach(point)) }))
}
