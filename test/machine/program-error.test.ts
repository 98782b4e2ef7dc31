import { describe, expect, it } from 'vitest'
import { Machine, ProgramError } from '#harness/machine/index.js'
import { assemble, Node, Vars, random, type Litmus } from './litmus.js'

// A body that is no program of this machine is told so at once, and leaves the machine fit for use.

describe('programs that are none', () => {
  const build = (body: Litmus<Vars>['threads'][number]): Machine =>
    assemble({ setup: (m) => m.global(Vars, 'v'), threads: [body] }, 'sc').m

  it('a body that throws', () => {
    const m = build(function* () {
      throw new TypeError('no such thing')
    })
    expect(() => m.run(random(1))).toThrow(ProgramError)
    expect(() => m.run(random(1))).toThrow('P0: no such thing')
  })

  it('one that throws after a step, from within the run of the machine', () => {
    const m = build(function* (t, v) {
      yield* t.write(v.x, 1)
      throw new Error('late')
    })
    expect(() => m.run(random(1))).toThrow(ProgramError)
  })

  it('one that yields what is no operation', () => {
    const m = build(function* () {
      yield undefined
    })
    expect(() => m.run(random(1))).toThrow(ProgramError)
  })

  it('an operation that is requested without yield*, between others or at the end', () => {
    const between = build(function* (t, v) {
      t.write(v.x, 1)
      yield* t.read(v.x)
    })
    const last = build(function* (t, v) {
      yield* t.read(v.x)
      t.write(v.x, 1)
    })
    expect(() => between.run(random(1))).toThrow('`write` is not taken')
    expect(() => last.run(random(1))).toThrow('`write` is not taken')
  })

  it('the machine is fit for use after that', () => {
    let wrong = true
    const m = build(function* (t, v) {
      yield* t.lock(t.machine.bql)
      yield* t.plainWrite(v.x, 1)
      if (wrong) throw new Error('once')
      yield* t.unlock(t.machine.bql)
    })
    expect(() => m.run(random(1))).toThrow(ProgramError)
    wrong = false
    expect(m.run(random(1)).violations).toEqual([])
  })

  it('so it is after an execution that was cut off: nobody goes on with what was pending', () => {
    let cut = true
    const { m, env } = assemble(
      {
        setup: (m) => ({ v: m.global(Vars, 'v'), x: m.heap(Node, 'X'), root: m.global(Node, 'root') }),
        threads: [
          function* (t, { x, root }) {
            if (!cut) return
            yield* t.write(root.next, null)
            yield* t.free(x)
            yield* t.read(x.data)
          },
          function* (t, { v }) {
            if (cut) yield* t.write(v.x, 1)
          },
        ],
      },
      'sc',
    )
    m.init(env.root.next, env.x)
    const first = m.run({ nextAgent: (m) => m.enabled[0] as number, nextValue: () => 0 })
    expect(first.violations.map((v) => v.kind)).toEqual(['use-after-free'])
    cut = false
    expect(m.run(random(1))).toEqual({ steps: 0, violations: [] })
  })

  it('more threads than the machine has room for', () => {
    const m = new Machine('sc', 1)
    m.spawn('a', 'a', function* () {})
    expect(() => m.spawn('b', 'b', function* () {})).toThrow(ProgramError)
  })

  it('a static object once the program runs', () => {
    const m = new Machine('sc', 1)
    m.run(random(1))
    expect(() => m.heap(Node, 'late')).toThrow(ProgramError)
  })
})
