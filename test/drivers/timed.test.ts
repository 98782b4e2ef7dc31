import { describe, expect, it } from 'vitest'
import { TimedDriver, type CostModel } from '#harness/drivers/timed.js'
import { Machine, Struct, type Thread } from '#harness/machine/index.js'

class Globals extends Struct {
  readonly x = this.word('x')
  readonly y = this.word('y')
}

/** Every step costs 10 ns, a blocked thread needs 100 ns to wake. */
const tens: CostModel = {
  begin: () => {},
  charge: () => 10,
  resume: (_t, since, event) => Math.max(since, event + 100),
  postpone: () => 0,
}

function run(build: (m: Machine) => void, costs: CostModel = tens): { m: Machine; driver: TimedDriver } {
  const m = new Machine('sc', 8)
  build(m)
  const driver = new TimedDriver(8, costs)
  driver.begin(1, m)
  expect(m.run(driver).violations).toEqual([])
  return { m, driver }
}

describe('timed driver', () => {
  it('lets the thread with the least time go next, ties to the lowest id', () => {
    const order: string[] = []
    run((m) => {
      const g = m.global(Globals, 'g')
      const body = function* (t: Thread) {
        for (let i = 0; i < 3; i++) {
          yield* t.read(g.x)
          order.push(t.name)
        }
      }
      m.spawn('a', 'a', body)
      m.spawn('b', 'b', body)
    })
    expect(order.join('')).toBe('ababab')
  })

  it('charges a sleep after one of no length at all', () => {
    const { driver } = run((m) => {
      m.spawn('sleeper', 'sleeper', function* (t) {
        yield* t.sleep(0)
        yield* t.sleep(1000)
      })
    })
    expect(driver.time[0]).toBe(1020)
  })

  it('charges a sleep what it asks for, and what follows sees what others did meanwhile', () => {
    let seen = -1
    const { driver } = run((m) => {
      const g = m.global(Globals, 'g')
      m.spawn('sleeper', 'sleeper', function* (t) {
        yield* t.sleep(1000)
        seen = g.x.value
        yield* t.sleep(500)
      })
      m.spawn('writer', 'writer', function* (t) {
        yield* t.sleep(900)
        yield* t.write(g.x, 7)
      })
    })
    expect(seen).toBe(7)
    // Two sleeps, and what taking them costs.
    expect(driver.time[0]).toBe(1520)
  })

  it('lets a blocked thread go on after the event that unblocks it', () => {
    const { driver } = run((m) => {
      const mutex = m.mutex('mutex')
      m.spawn('a', 'a', function* (t) {
        yield* t.lock(mutex) // 0..10
        yield* t.sleep(200) // 10..210, and a step: 220
        yield* t.unlock(mutex) // 220..230
      })
      m.spawn('b', 'b', function* (t) {
        yield* t.sleep(50) // 60
        yield* t.lock(mutex) // woken at 330
      })
    })
    expect(driver.time[0]).toBe(230)
    expect(driver.time[1]).toBe(340)
  })

  it('asks the cost model whether a possible step is put off', () => {
    let left = 3
    const { driver } = run(
      (m) => {
        const g = m.global(Globals, 'g')
        m.spawn('a', 'a', function* (t) {
          yield* t.read(g.x)
        })
      },
      { ...tens, postpone: () => (left-- > 0 ? 1000 : 0) },
    )
    expect(driver.time[0]).toBe(3010)
  })

  it('reads the newest value', () => {
    expect(new TimedDriver(1, tens).nextValue()).toBe(0)
  })
})
