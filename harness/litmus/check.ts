import type { LitmusTest } from './ast.js'
import { Collector, type Answer } from './answer.js'
import { holds } from './condition.js'
import { LinuxKernelModel } from './lkmm.js'
import { MemoryMap } from './memory-map.js'
import { BoundHit, Search, type Budget, type ModelOf, type Visitor } from './search.js'
import type { Path } from './path.js'
import { UNROLL, unfold } from './unfold.js'

/** Work granted to a test by default: some twenty seconds. */
export const DEFAULT_BOUND = 30_000_000

/**
 * The outcomes of a test under an axiomatic memory model. If the bound is hit, one execution that satisfies
 * the condition and one that does not are looked for by themselves, which is much quicker; finding both, or
 * showing that one of them does not exist, still settles the observation.
 */
export function check(test: LitmusTest, modelOf: ModelOf, bound = DEFAULT_BOUND): Answer {
  const map = new MemoryMap(test)
  const paths = test.threads.map((text, i) => unfold(i, text, map))
  const collector = new Collector(test, map)
  const bounds = new Set<string>()
  const run = (wish: boolean | null): boolean => {
    const visitor: Visitor = {
      wanted: (end) =>
        (test.filter === null || holds(test.filter, end, map) !== false) &&
        (wish === null || holds(test.condition, end, map) !== !wish),
      found: (end, flags, cut) => {
        if (cut) bounds.add(`a loop was cut after ${UNROLL} rounds`)
        else collector.add(end, flags)
        return wish === null || cut
      },
    }
    return search(paths, map, visitor, { left: wish === null ? bound : bound / 4 }, modelOf)
  }
  let sure = run(null)
  if (!sure) {
    bounds.add(`the search was ended after ${bound} units of work`)
    const { positive, negative } = collector.answer([], false)
    // What was not seen so far is looked for by itself.
    sure = (positive > 0 || run(true)) && (negative > 0 || run(false))
  }
  return collector.answer([...bounds], sure && !bounds.has(`a loop was cut after ${UNROLL} rounds`))
}

/** The outcomes of a test under the Linux kernel memory model. */
export function checkLkmm(test: LitmusTest, bound?: number): Answer {
  return check(test, (x) => new LinuxKernelModel(x), bound)
}

/** Searches all combinations of paths; false if the budget did not suffice. */
function search(
  paths: readonly (readonly Path[])[],
  map: MemoryMap,
  visitor: Visitor,
  budget: Budget,
  modelOf: ModelOf,
): boolean {
  try {
    for (const combination of product(paths)) {
      if (!new Search(combination, map, visitor, budget, modelOf).run()) return true
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
