import { describe, expect, it } from 'vitest'
import { simulate } from '#harness/bench/simulate.js'
import type { BenchDescription, FixInfo } from '#harness/define.js'
import { Struct } from '#harness/machine/index.js'
import { simulationSchema, type Simulation } from '#harness/results.js'

class Door extends Struct {
  static readonly structName = 'Door'
  readonly open = this.word('open')
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
  workloads: { test: { title: 'test', parameters: {} } },
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
    expect(knocks?.samples).toBeGreaterThan(2690)
    expect(knocks?.samples).toBeLessThan(2710)
    expect(knocks?.replications.length).toBe(3)
    expect(answers?.value).toBeCloseTo(0.25, 2)
    expect(wait?.value).toBeCloseTo(49.5, 0)
    // Histograms keep three digits, rounded up.
    expect(wait?.distribution?.p50).toBeGreaterThan(48.9)
    expect(wait?.distribution?.p50).toBeLessThan(50.1)
    expect(wait?.distribution?.max).toBeCloseTo(99, 0)
    expect(wait?.unit).toBe('ns')
    expect(result.lookups).toBe(0)
  })

  it('must be declared', () => {
    expect(() => run({ metrics: {} })).toThrow(/no metric knocks/)
  })
})
