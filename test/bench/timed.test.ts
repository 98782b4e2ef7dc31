import { describe, expect, it } from 'vitest'
import { CacheModel } from '#harness/bench/model.js'
import { Rng } from '#harness/drivers/rng.js'
import { TimedDriver } from '#harness/drivers/timed.js'
import { Machine, Struct, type Thread } from '#harness/machine/index.js'

class Shared extends Struct {
  static readonly structName = 'Shared'
  readonly flag = this.word('flag')
  readonly x = this.word('x')
  readonly mutex = this.machine.mutex('shared')
  readonly rcu = this.rcuHead('rcu')
}

/** Readers, a lock, a spin loop, a wait, grace periods and sleeps, in an order that the seed decides. */
function program(m: Machine, seed: number): void {
  const g = m.global(Shared, 'g')
  for (let id = 0; id < 4; id++) {
    m.spawn(`t${id}`, 't', function* (t: Thread) {
      const rng = new Rng(seed * 7 + id)
      for (let i = 0; i < 40; i++) {
        switch (rng.below(6)) {
          case 0:
            yield* t.sleep(rng.below(300))
            break
          case 1:
            yield* t.rcuReadLock()
            for (let k = rng.below(9); k > 0; k--) yield* t.read(g.x)
            yield* t.rcuReadUnlock()
            break
          case 2:
            yield* t.lock(g.mutex)
            yield* t.fetchAdd(g.x, 1)
            yield* t.unlock(g.mutex)
            break
          case 3:
            yield* t.write(g.flag, i)
            break
          case 4:
            for (let n = 0; n < 3 && (yield* t.read(g.flag)) % 2 === 0; n++) yield* t.cpuRelax()
            break
          default:
            yield* t.synchronizeRcu()
        }
      }
      yield* t.write(g.flag, 1)
    })
  }
}

function run(seed: number, stays: boolean): { agents: number[]; time: number[]; asked: number } {
  const m = new Machine('sc', 4, 40_000)
  program(m, seed)
  const driver = new TimedDriver(4, new CacheModel(4, {}, 'x86'))
  if (!stays) Object.defineProperty(driver, 'staysWith', { value: undefined })
  let asked = 0
  const next = driver.nextAgent.bind(driver)
  Object.defineProperty(driver, 'nextAgent', { value: (x: Machine) => (asked++, next(x)) })
  driver.begin(seed, m)
  const { steps, violations } = m.run(driver)
  expect(violations).toEqual([])
  return { agents: [...m.agents.slice(0, steps)], time: [...driver.time], asked }
}

describe('timed driver', () => {
  it('takes the same steps at the same times whether it looks around at each or not', () => {
    let spared = 0
    for (let seed = 1; seed <= 60; seed++) {
      const quick = run(seed, true)
      const slow = run(seed, false)
      expect(quick.agents).toEqual(slow.agents)
      expect(quick.time).toEqual(slow.time)
      spared += slow.asked - quick.asked
    }
    expect(spared).toBeGreaterThan(1000)
  })
})
