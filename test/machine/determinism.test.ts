import { describe, expect, it } from 'vitest'
import { Machine, MEMORY_MODELS, type MemoryModelName, type Outcome } from '#harness/machine/index.js'
import { assemble, DepthFirst, Node, Vars, random, type Litmus } from './litmus.js'

// A run is a pure function of the program and the choices: nothing of an execution may reach the next one.

interface Env {
  v: Vars
  root: Node
  addresses: number[]
}

/** Touches all that keeps state: cells, heap, clocks, locks, sections, callbacks, conditions. */
const everything: Litmus<Env> = {
  setup: (m) => {
    const env = { v: m.global(Vars, 'v'), root: m.global(Node, 'root'), addresses: [] as number[] }
    m.atStart(() => (env.addresses.length = 0))
    return env
  },
  threads: [
    function* (t, { v, root, addresses }) {
      yield* t.lock(t.machine.bql)
      const n = yield* t.alloc(Node, 'N')
      addresses.push(n.address)
      yield* t.plainWrite(n.data, 1)
      yield* t.rcuAssignPointer(root.raw, n)
      yield* t.unlock(t.machine.bql)
      yield* t.write(root.raw, null)
      yield* t.callRcu(n.rcu, function* (u) {
        yield* u.free(n)
      })
      return yield* t.read(v.x)
    },
    function* (t, { v, root, addresses }) {
      yield* t.write(v.x, 1)
      yield* t.rcuReadLock()
      const p = yield* t.rcuDereference(root.raw)
      const data = p ? yield* t.plainRead(p.data) : 9
      yield* t.rcuReadUnlock()
      const s = yield* t.alloc(Side, 'S')
      addresses.push(s.address)
      if ((yield* t.read(v.y)) === 0) yield* t.free(s)
      yield* t.smpRmb()
      yield* t.plainWrite(v.flag, 1)
      return data
    },
    function* (t, { v }) {
      yield* t.write(v.y, 1)
      yield* t.fetchAdd(v.z, 1)
      yield* t.synchronizeRcu()
      yield* t.plainRead(v.flag)
      return yield* t.plainRead(v.z)
    },
  ],
  final: ({ addresses }) => addresses,
  callRcu: true,
}

class Side extends Node {
  static override readonly structName = 'Side'
}

/** All that can be told of an execution: how it ended, and every choice on the way. */
function account(m: Machine, end: Outcome, registers: readonly unknown[], env: Env): string {
  const agents = [...m.agents.slice(0, end.steps)]
  const values = [...m.values.slice(0, m.valueCount)]
  return JSON.stringify([end.violations, registers, env.addresses, agents, values])
}

function once(model: MemoryModelName, seed: number): string {
  const { m, env, registers } = assemble(everything, model)
  return account(m, m.run(random(seed)), registers, env)
}

describe.each(MEMORY_MODELS)('determinism under %s', (model) => {
  it('thousands of executions on one machine are as those of fresh machines', () => {
    const { m, env, registers } = assemble(everything, model)
    const seen = new Set<string>()
    for (let seed = 0; seed < 3000; seed++) {
      const got = account(m, m.run(random(seed)), registers, env)
      if (seed % 10 === 0) expect(got).toBe(once(model, seed))
      seen.add(got)
    }
    expect(seen.size).toBeGreaterThan(100)
  })

  it('the recorded choices, played again, give the same execution', () => {
    const { m, env, registers } = assemble(everything, model)
    for (let seed = 0; seed < 200; seed++) {
      const end = m.run(random(seed))
      const first = account(m, end, registers, env)
      const [agents, values] = [[...m.agents.slice(0, end.steps)], [...m.values.slice(0, m.valueCount)]]
      let v = 0
      const again = m.run({
        nextAgent: () => agents[m.step] as number,
        nextValue: () => values[v++] as number,
      })
      expect(account(m, again, registers, env)).toBe(first)
    }
  })

  it('clocks that are about to overflow are forgotten, and nobody notices', () => {
    const { m, env, registers } = assemble(everything, model)
    const clocks = m as unknown as { base: number }
    for (let seed = 0; seed < 60; seed++) {
      if (seed % 5 === 3) clocks.base = 0x3fffffff - 20 * (seed % 3)
      expect(account(m, m.run(random(seed)), registers, env)).toBe(once(model, seed))
      expect(clocks.base).toBeLessThanOrEqual(0x3fffffff)
    }
  })

  it('a search over all executions finds the same on a machine that has run before', () => {
    const count = (m: Machine): number => {
      const path = new DepthFirst()
      let n = 0
      do {
        m.run(path)
        n++
      } while (n < 2000 && path.advance())
      return n
    }
    const { m } = assemble(everything, model)
    const first = count(m)
    expect(count(m)).toBe(first)
  })
})

it('the record of an execution holds all of its choices, however long it is', () => {
  const m = new Machine('sc', 2, 20_000)
  const v = m.global(Vars, 'v')
  for (let i = 0; i < 2; i++)
    m.spawn(`t${i}`, 'counter', function* (t) {
      for (let n = 0; n < 3_000; n++) yield* t.fetchAdd(v.x, 1)
    })
  const chosen: number[] = []
  const { steps } = m.run({
    nextAgent: (machine) => {
      const agent = machine.enabled[(chosen.length * 7) % machine.enabledCount] as number
      chosen.push(agent)
      return agent
    },
    nextValue: () => 0,
  })
  expect(steps).toBe(6_000)
  expect(m.agents.slice(0, steps)).toEqual(chosen)
})
