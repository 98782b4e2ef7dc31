import type { LitmusTest } from './ast.js'
import { Collector, type Answer } from './answer.js'
import { holds } from './condition.js'
import { MemoryMap } from './memory-map.js'
import { BoundHit, Search, type Budget, type Visitor } from './search.js'
import { unfold, type Path } from './unfold.js'

/** Work granted to a test by default: some ten seconds. */
export const DEFAULT_BOUND = 2_000_000_000

/**
 * The outcomes of a test under the Linux kernel memory model. If the bound is hit, one execution that satisfies
 * the condition and one that does not are looked for by themselves, which is much quicker; finding both, or
 * showing that one of them does not exist, still settles the observation.
 */
export function checkLkmm(test: LitmusTest, bound = DEFAULT_BOUND): Answer {
  const map = new MemoryMap(test)
  const bounds = new Set<string>()
  const paths = test.threads.map((text, i) =>
    unfold(i, text, map, () => bounds.add(`a loop of P${i} was cut after ${4} rounds`)),
  )
  const collector = new Collector(test, map)
  const filtered = (visitor: Visitor): Visitor => ({
    wanted: (end) => (test.filter === null || holds(test.filter, end, map) !== false) && visitor.wanted(end),
    found: visitor.found,
  })
  const all: Visitor = { wanted: () => true, found: (end, flags) => (collector.add(end, flags), true) }
  const complete = search(paths, map, filtered(all), { left: bound })
  const cut = bounds.size > 0
  if (complete) return collector.answer([...bounds], !cut)

  bounds.add(`the search was ended after ${bound} units of work`)
  let sure = !cut
  for (const wish of [true, false]) {
    const partial = collector.answer([], false)
    if ((wish ? partial.positive : partial.negative) > 0) continue
    const one: Visitor = {
      wanted: (end) => holds(test.condition, end, map) !== !wish,
      found: (end, flags) => (collector.add(end, flags), false),
    }
    if (!search(paths, map, filtered(one), { left: bound })) sure = false
  }
  return collector.answer([...bounds], sure)
}

/** Searches all combinations of paths; false if the budget did not suffice. */
function search(paths: readonly (readonly Path[])[], map: MemoryMap, visitor: Visitor, budget: Budget): boolean {
  try {
    for (const combination of product(paths)) {
      if (!new Search(combination, map, visitor, budget).run()) return true
    }
    return true
  } catch (e) {
    if (e instanceof BoundHit) return false
    throw e
  }
}

function* product<T>(lists: readonly (readonly T[])[]): Generator<T[]> {
  const [head, ...tail] = lists
  if (!head) yield []
  else for (const x of head) for (const rest of product(tail)) yield [x, ...rest]
}
