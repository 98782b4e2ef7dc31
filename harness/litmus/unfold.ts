import type { At, Expression, Statement, ThreadText } from './ast.js'
import type { MemoryMap } from './memory-map.js'
import { constant, PathState, union, type Flow, type Guard, type Path } from './path.js'
import { primitive, type Primitive } from './primitives.js'
import { Unsupported } from './unsupported.js'
import { operate } from './value.js'

/** How often a loop is unrolled; a path that would go on is cut. */
export const UNROLL = 4
const MAX_PATHS = 20_000

/**
 * All paths through a thread, with the values that reads return left open. Dependencies are herd7's (Alglave,
 * Maranget, Tautschnig, "Herding cats", TOPLAS 2014, section 5): an address or data dependency is a chain of
 * registers and of reads through loaded addresses; a control dependency reaches the arms of the `if`, and not
 * what stands after them (explanation.txt, "Dependency relations").
 */
export function unfold(thread: number, text: ThreadText, map: MemoryMap): readonly Path[] {
  return new Unfolding(thread, text, map).paths()
}

class Unfolding {
  private readonly parameters: ReadonlySet<string>
  private count = 0

  constructor(
    private readonly thread: number,
    private readonly text: ThreadText,
    private readonly map: MemoryMap,
  ) {
    this.parameters = new Set(text.parameters)
  }

  paths(): Path[] {
    const start = new PathState(this.thread, this.map)
    for (const name of this.parameters) start.registers.set(name, constant(this.map.address(name)))
    for (const [name, value] of this.map.registers[this.thread] ?? [])
      start.registers.set(name, constant(value))
    return this.run({ kind: 'block', body: this.text.body, at: this.text.at }, start).map((s) => ({
      events: s.events,
      registers: new Map([...s.registers].map(([name, flow]) => [name, flow.value])),
      guards: s.guards,
      cut: s.cut,
    }))
  }

  private run(statement: Statement, state: PathState): PathState[] {
    switch (statement.kind) {
      case 'block':
        return statement.body.reduce<PathState[]>(
          (states, s) => states.flatMap((t) => this.run(s, t)),
          [state],
        )
      case 'declare':
        if (statement.value === null) {
          // What a register holds at first is 0, or what the initial state says.
          state.registers.set(
            statement.name,
            constant(this.map.registers[this.thread]?.get(statement.name) ?? 0),
          )
          return [state]
        }
        return this.evaluate(statement.value, state).map(([flow, s]) => {
          s.registers.set(statement.name, flow)
          return s
        })
      case 'assign':
        return this.assign(statement.to, statement.value, state)
      case 'expression':
        return this.evaluate(statement.value, state, true).map(([, s]) => s)
      case 'if':
        return this.branch(
          statement.condition,
          state,
          (s) => this.run(statement.then, s),
          (s) => (statement.otherwise ? this.run(statement.otherwise, s) : [s]),
        )
      case 'while':
        return this.loop(statement, state, UNROLL)
    }
  }

  private branch(
    condition: Expression,
    state: PathState,
    then: (s: PathState) => PathState[],
    otherwise: (s: PathState) => PathState[],
  ): PathState[] {
    return this.evaluate(condition, state).flatMap(([flow, s]) => {
      const outer = s.control
      const control = union(outer, flow.from)
      const arm = (zero: boolean, run: (s: PathState) => PathState[]): PathState[] => {
        const fork = this.fork(s, { value: flow.value, zero })
        fork.control = control
        const ends = run(fork)
        for (const end of ends) end.control = outer
        return ends
      }
      if (typeof flow.value === 'number') return flow.value === 0 ? arm(true, otherwise) : arm(false, then)
      return [...arm(false, then), ...arm(true, otherwise)]
    })
  }

  private loop(
    statement: Extract<Statement, { kind: 'while' }>,
    state: PathState,
    left: number,
  ): PathState[] {
    return this.branch(
      statement.condition,
      state,
      (s) => {
        if (left === 0) {
          s.cut = true
          return [s]
        }
        return this.run(statement.body, s).flatMap((t) => (t.cut ? [t] : this.loop(statement, t, left - 1)))
      },
      (s) => [s],
    )
  }

  private fork(s: PathState, guard?: Guard): PathState {
    if (++this.count > MAX_PATHS)
      throw new Unsupported(`P${this.thread} has more than ${MAX_PATHS} paths`, this.text.at)
    const fork = s.fork()
    if (guard) fork.guards.push(guard)
    return fork
  }

  private assign(to: Expression, value: Expression, state: PathState): PathState[] {
    if (to.kind === 'name') {
      if (this.parameters.has(to.name) && !state.registers.has(to.name)) throw this.unknown(to)
      return this.evaluate(value, state).map(([flow, s]) => {
        s.registers.set(to.name, flow)
        return s
      })
    }
    if (to.kind !== 'dereference') throw new Unsupported('this cannot be assigned to', to.at)
    return this.evaluate(to.of, state).flatMap(([address, s]) =>
      this.evaluate(value, s).map(([stored, t]) => {
        t.store('plain', address, stored, to.at)
        return t
      }),
    )
  }

  /** All ways to evaluate an expression, each with the state after it. `drop`: nobody uses the value. */
  private evaluate(e: Expression, state: PathState, drop = false): [Flow, PathState][] {
    switch (e.kind) {
      case 'number':
        return [[constant(e.value), state]]
      case 'name': {
        const flow = state.registers.get(e.name)
        if (flow) return [[flow, state]]
        // herd7 takes a name that it does not know for a register, which holds 0.
        if (this.map.has(e.name)) throw this.unknown(e)
        return [[constant(0), state]]
      }
      case 'address':
        if (e.of.kind === 'dereference') return this.evaluate(e.of.of, state)
        if (e.of.kind !== 'name' || !this.map.has(e.of.name))
          throw new Unsupported('& takes the name of a shared variable', e.at)
        return [[constant(this.map.address(e.of.name)), state]]
      case 'dereference':
        return this.evaluate(e.of, state).map(([address, s]) => [s.load('plain', address, e.at), s])
      case 'binary':
        return this.evaluate(e.left, state).flatMap(([l, s]) =>
          this.evaluate(e.right, s).map(([r, t]): [Flow, PathState] => [
            { value: operate(e.operator, l.value, r.value), from: union(l.from, r.from) },
            t,
          ]),
        )
      case 'call':
        return this.call(e, state, drop)
    }
  }

  private unknown(e: { readonly name: string; readonly at: At }): Unsupported {
    return new Unsupported(`${e.name} is shared, but no parameter of P${this.thread}`, e.at)
  }

  private call(
    e: Extract<Expression, { kind: 'call' }>,
    state: PathState,
    drop: boolean,
  ): [Flow, PathState][] {
    const p = primitive(e.name)
    if (p === null) throw new Unsupported(`the model does not know ${e.name}()`, e.at)
    return this.allArguments(e, p, state)
      .map(([flows, s]) => ({ flows, s }))
      .flatMap(({ flows, s }) => this.perform(p, flows, s, e, drop))
  }

  private allArguments(
    e: Extract<Expression, { kind: 'call' }>,
    p: Primitive,
    state: PathState,
  ): [Flow[], PathState][] {
    const wanted = arity(p)
    if (e.arguments.length !== wanted)
      throw new Unsupported(`${e.name}() takes ${wanted} arguments, not ${e.arguments.length}`, e.at)
    let all: [Flow[], PathState][] = [[[], state]]
    e.arguments.forEach((argument, i) => {
      let a = argument
      if (i === 0 && (p.kind === 'load' || p.kind === 'store') && p.lvalue) {
        if (a.kind !== 'dereference')
          throw new Unsupported(`${e.name}() takes a dereferenced pointer, *x`, a.at)
        a = a.of
      }
      all = all.flatMap(([flows, s]) =>
        this.evaluate(a, s).map(([f, t]): [Flow[], PathState] => [[...flows, f], t]),
      )
    })
    return all
  }

  private perform(
    p: Primitive,
    flows: readonly Flow[],
    s: PathState,
    { at }: { readonly at: At },
    drop: boolean,
  ): [Flow, PathState][] {
    const [x, y, z] = flows as [Flow, Flow, Flow]
    const done = (flow: Flow = constant(0)): [Flow, PathState][] => [[flow, s]]
    switch (p.kind) {
      case 'fence':
        for (const tag of p.tags) s.fence(tag, at)
        return done()
      case 'load':
        return done(s.load(p.tag, x, at))
      case 'store':
        s.store(p.tag, x, y, at)
        for (const tag of p.after) s.fence(tag, at)
        return done()
      case 'exchange':
        return done(s.modify(p.order, x, at, () => y))
      case 'modify': {
        const operand = p.operand === null ? x : constant(p.operand)
        const address = p.operand === null ? y : x
        let fresh = constant(0)
        const old = s.modify(p.order, address, at, (flow) => {
          const value =
            p.operator === '&~'
              ? operate('&', flow.value, operate('^', operand.value, -1))
              : operate(p.operator, flow.value, operand.value)
          return (fresh = { value, from: union(flow.from, operand.from) })
        })
        const test = (operator: string): Flow => ({ ...fresh, value: operate(operator, fresh.value, 0) })
        switch (p.returns) {
          case 'old':
            return done(old)
          case 'new':
            return done(fresh)
          case 'zero':
            return done(test('=='))
          case 'negative':
            return done(test('<'))
          case 'nothing':
            if (!drop) throw new Unsupported('this returns nothing', at)
            return done()
        }
        break
      }
      case 'compare-exchange': {
        const failed = this.fork(s)
        const old = s.modify(p.order, x, at, () => z)
        s.require(old, y, true)
        const read = failed.failToModify(x, at)
        failed.require(read, y, false)
        return [
          [old, s],
          [read, failed],
        ]
      }
      case 'add-unless': {
        const [a, u] = p.operand ? [constant(p.operand[0]), constant(p.operand[1])] : [y, z]
        const failed = this.fork(s)
        const old = s.modify('mb', x, at, ({ value, from }) => ({
          value: operate('+', value, a.value),
          from: union(from, a.from),
        }))
        s.require(old, u, false)
        const read = failed.failToModify(x, at)
        failed.require(read, u, true)
        return [
          [{ value: 1, from: old.from }, s],
          [{ value: 0, from: read.from }, failed],
        ]
      }
      case 'lock':
        s.takeLock(x, at)
        return done()
      case 'unlock':
        s.add('UL', 'plain', at, { address: x, value: 0 })
        return done()
      case 'trylock': {
        const failed = this.fork(s)
        return [
          [{ value: 1, from: [s.takeLock(x, at)] }, s],
          [{ value: 0, from: [failed.add('LF', 'plain', at, { address: x })] }, failed],
        ]
      }
      case 'is-locked': {
        const free = this.fork(s)
        return [
          [{ value: 1, from: [s.add('RL', 'plain', at, { address: x })] }, s],
          [{ value: 0, from: [free.add('RU', 'plain', at, { address: x })] }, free],
        ]
      }
      case 'srcu-read-lock':
        return done(s.load('srcu-lock', x, at))
      case 'srcu-read-unlock':
        s.store('srcu-unlock', x, y, at)
        return done()
      case 'synchronize-srcu':
        s.add('SRCU', 'sync-srcu', at, { address: x })
        return done()
    }
  }
}

function arity(p: Primitive): number {
  switch (p.kind) {
    case 'fence':
      return 0
    case 'load':
    case 'lock':
    case 'unlock':
    case 'trylock':
    case 'is-locked':
    case 'srcu-read-lock':
    case 'synchronize-srcu':
      return 1
    case 'store':
    case 'exchange':
    case 'srcu-read-unlock':
      return 2
    case 'compare-exchange':
      return 3
    case 'modify':
      return p.operand === null ? 2 : 1
    case 'add-unless':
      return p.operand === null ? 3 : 1
  }
}
