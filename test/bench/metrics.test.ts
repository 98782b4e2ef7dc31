import { describe, expect, it } from 'vitest'
import { simulate } from '#harness/bench/simulate.js'
import type { BenchDescription, FixInfo } from '#harness/define.js'
import { Struct, type Coroutine, type Thread } from '#harness/machine/index.js'
import { simulationSchema, type Simulation } from '#harness/results.js'

class Door extends Struct {
  static readonly structName = 'Door'
  readonly open = this.word('open')
  readonly rcu = this.rcuHead('rcu')
}

/** A system of which nothing is looked up: one thread knocks every microsecond. */
const bench: BenchDescription<FixInfo> = {
  layout: {},
  metrics: {
    knocks: { title: 'Knocks', unit: 'knocks/s', better: 'higher' },
    answers: { title: 'Answers', unit: 'answers', better: 'higher', per: 'knocks' },
    wait: { title: 'Wait', unit: 'ns', better: 'lower' },
  },
  parameters: { milliseconds: 1, host: 'x86' },
  threads: () => 1,
  build(m, _fix, _p, env) {
    const door = m.global(Door, 'door')
    m.spawn('visitor', 'visitor', function* (t) {
      for (let i = 0; env.goesOn(t); i++) {
        yield* t.sleep(999)
        yield* t.read(door.open)
        env.count('knocks')
        if (i % 4 === 0) env.count('answers')
        env.sample('wait', i % 100)
      }
    })
  },
  paths: {},
}

function run(changed: Partial<typeof bench> = {}): Simulation {
  return simulate({
    system: 'doors',
    bench: { ...bench, ...changed },
    fix: { name: 'none', title: '', source: '' },
    workload: 'test',
    parameters: { ...bench.parameters, ...changed.parameters },
    seed: 1,
    replications: 3,
  })
}

describe("a system's own metrics", () => {
  it('are rates of what is counted and distributions of what is sampled, without the warm-up', () => {
    const result = simulationSchema.parse(run())
    const { knocks, answers, wait } = result.metrics
    // One a microsecond, in 0.9 ms of 3 replications.
    expect(knocks?.value).toBeCloseTo(1e6, -4)
    // Of seconds, that is.
    expect(knocks?.samples).toBeCloseTo(0.0027, 6)
    expect(wait?.samples).toBeGreaterThan(2690)
    expect(wait?.samples).toBeLessThan(2710)
    expect(knocks?.replications.length).toBe(3)
    expect(answers?.value).toBeCloseTo(0.25, 2)
    expect(wait?.value).toBeCloseTo(49.5, 0)
    // Histograms keep three digits, rounded up.
    expect(wait?.distribution?.p50).toBeGreaterThan(48.9)
    expect(wait?.distribution?.p50).toBeLessThan(50.1)
    expect(wait?.distribution?.max).toBeCloseTo(99, 0)
    expect(result.metrics['latency']).toBeUndefined()
    expect(Object.keys(result.metrics)[0]).toBe('knocks')
  })

  it('must be declared', () => {
    expect(() => run({ metrics: {} })).toThrow(/no metric knocks/)
  })

  it('can be how long a role holds the BQL, and the grace periods of a removal', () => {
    const { bqlMain, bqlCallback, gracePeriods } = run({
      metrics: {
        bqlMain: { title: 'BQL, main', unit: 'ns', better: 'lower', observed: { bqlHeldBy: 'main' } },
        bqlCallback: {
          title: 'BQL, callbacks',
          unit: 'ns',
          better: 'lower',
          observed: { bqlHeldBy: 'call_rcu' },
        },
        gracePeriods: {
          title: 'Grace periods',
          unit: '',
          better: 'lower',
          observed: 'grace-periods-to-free',
        },
      },
      threads: () => 3,
      parameters: { milliseconds: 3000, host: 'x86' },
      build(m, _fix, _p, env) {
        const lamp = m.condition('lamp')
        m.spawn('main', 'main', function* (t) {
          while (env.goesOn(t)) {
            yield* t.sleep(200e6)
            yield* t.lock(m.bql)
            const door = yield* t.alloc(Door, 'door')
            env.removalBegins(t, door)
            yield* t.sleep(5_000)
            // Two grace periods until the free; the BQL is let go in between.
            yield* t.callRcu(door.rcu, takeOff, door)
            yield* t.condWait(lamp, m.bql)
            yield* t.sleep(5_000)
            yield* t.unlock(m.bql)
          }
        })
        m.spawn('clock', 'clock', function* (t) {
          while (env.goesOn(t)) {
            yield* t.sleep(1e6)
            yield* t.condSignal(lamp)
          }
          yield* t.sleep(300e6)
          yield* t.condSignal(lamp)
        })
        m.spawnCallRcu()
      },
    }).metrics
    expect(gracePeriods?.value).toBe(2)
    expect(gracePeriods?.samples).toBeGreaterThan(20)
    // Two holds a round, of five microseconds each.
    expect(bqlMain?.value).toBeGreaterThan(5_000)
    expect(bqlMain?.value).toBeLessThan(5_500)
    // The first callback takes a microsecond, the second three.
    expect(bqlCallback?.value).toBeGreaterThan(2_000)
    expect(bqlCallback?.value).toBeLessThan(2_500)
    expect(bqlCallback?.distribution?.max).toBeGreaterThan(3_000)
  })
})

function* takeOff(t: Thread, door: Door): Coroutine<void> {
  yield* t.sleep(1_000)
  yield* t.callRcu(door.rcu, throwAway, door)
}

function* throwAway(t: Thread, door: Door): Coroutine<void> {
  yield* t.sleep(3_000)
  yield* t.free(door)
}
