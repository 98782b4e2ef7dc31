import { expect, it } from 'vitest'
import type { Driver } from '#harness/drivers/driver.js'
import { RandomDriver } from '#harness/drivers/random.js'
import { SurwDriver } from '#harness/drivers/surw.js'
import { Machine, Struct, type Thread } from '#harness/machine/index.js'

class Shared extends Struct {
  static readonly structName = 'Shared'
  readonly x = this.word('x')
}

class Own extends Struct {
  static readonly structName = 'Own'
  readonly n = this.word('n')
}

/** Two threads write `x` three times each; before each of its writes, A has nine other steps. */
function orders(driver: Driver, executions: number): Map<string, number> {
  const m = new Machine('sc', 2)
  const shared = m.global(Shared, 'shared')
  let order = ''
  const spawn = (name: string, others: number): void => {
    const own = m.global(Own, `of ${name}`)
    m.spawn(name, name, function* (t: Thread) {
      for (let i = 0; i < 3; i++) {
        for (let k = 0; k < others; k++) yield* t.write(own.n, k)
        yield* t.write(shared.x, i)
        order += name
      }
    })
  }
  spawn('A', 9)
  spawn('B', 0)
  const seen = new Map<string, number>()
  for (let seed = 0; seed < executions; seed++) {
    order = ''
    driver.begin(seed, m)
    m.run(driver)
    seen.set(order, (seen.get(order) ?? 0) + 1)
  }
  return seen
}

/** Chi-squared against all being equally frequent. */
const skew = (seen: Map<string, number>, expected: number): number =>
  [...seen.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)

it('gives each of the 20 orders of accesses to a field the same chance', () => {
  const seen = orders(new SurwDriver(), 20_001)
  expect(seen.size).toBe(20)
  // 19 degrees of freedom: 43.8 in one of a thousand cases.
  expect(skew(seen, 1000)).toBeLessThan(43.8)
})

it('which a random walk does not', () => {
  expect(skew(orders(new RandomDriver(), 20_000), 1000)).toBeGreaterThan(10_000)
})
