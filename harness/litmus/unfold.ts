import type { At, Expression, Statement, ThreadText } from './ast.js'
import type { Event, EventKind, Tag } from './event.js'
import type { MemoryMap } from './memory-map.js'
import { primitive, type Primitive, type RmwOrder } from './primitives.js'
import { Unsupported } from './unsupported.js'
import { operate, type Value } from './value.js'

/** One way through a thread's code: its events in program order, and what must hold for it to be taken. */
export interface Path {
  readonly events: readonly Event[]
  readonly registers: ReadonlyMap<string, Value>
  readonly guards: readonly Guard[]
  /** It goes on, around a loop, and was not followed any further. */
  readonly cut: boolean
}

/** A branch that was taken: the value must, or must not, be 0. */
export interface Guard {
  readonly value: Value
  readonly zero: boolean
}

/** A value, and the reads that it hangs on by data flow. */
interface Flow {
  readonly value: Value
  readonly from: readonly Event[]
}

interface State {
  readonly events: Event[]
  readonly registers: Map<string, Flow>
  readonly guards: Guard[]
  /** The reads that the branches around this point hang on. */
  readonly control: readonly Event[]
  readonly cut: boolean
}

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
    const registers = new Map<string, Flow>()
    for (const name of this.parameters) registers.set(name, constant(this.map.address(name)))
    for (const [name, value] of this.map.registers[this.thread] ?? []) registers.set(name, constant(value))
    const start: State = { events: [], registers, guards: [], control: [], cut: false }
    return this.run({ kind: 'block', body: this.text.body, at: this.text.at }, start).map((s) => ({
      events: s.events,
      registers: new Map([...s.registers].map(([name, flow]) => [name, flow.value])),
      guards: s.guards,
      cut: s.cut,
    }))
  }

  private run(statement: Statement, state: State): State[] {
    switch (statement.kind) {
      case 'block':
        return statement.body.reduce<State[]>((states, s) => states.flatMap((t) => this.run(s, t)), [state])
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
    state: State,
    then: (s: State) => State[],
    otherwise: (s: State) => State[],
  ): State[] {
    return this.evaluate(condition, state).flatMap(([flow, s]) => {
      const outer = s.control
      const control = union(outer, flow.from)
      const arm = (zero: boolean, run: (s: State) => State[]): State[] => {
        const fork = this.fork(s, { value: flow.value, zero })
        return run({ ...fork, control }).map((end) => ({ ...end, control: outer }))
      }
      if (typeof flow.value === 'number') return flow.value === 0 ? arm(true, otherwise) : arm(false, then)
      return [...arm(false, then), ...arm(true, otherwise)]
    })
  }

  private loop(statement: Extract<Statement, { kind: 'while' }>, state: State, left: number): State[] {
    return this.branch(
      statement.condition,
      state,
      (s) => {
        if (left === 0) return [{ ...s, cut: true }]
        return this.run(statement.body, s).flatMap((t) => (t.cut ? [t] : this.loop(statement, t, left - 1)))
      },
      (s) => [s],
    )
  }

  private fork(s: State, guard: Guard): State {
    if (++this.count > MAX_PATHS)
      throw new Unsupported(`P${this.thread} has more than ${MAX_PATHS} paths`, this.text.at)
    return {
      events: [...s.events],
      registers: new Map(s.registers),
      guards: [...s.guards, guard],
      control: s.control,
      cut: s.cut,
    }
  }

  private assign(to: Expression, value: Expression, state: State): State[] {
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
        this.store(t, 'plain', address, stored, to.at)
        return t
      }),
    )
  }

  /** All ways to evaluate an expression, each with the state after it. `drop`: nobody uses the value. */
  private evaluate(e: Expression, state: State, drop = false): [Flow, State][] {
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
        return this.evaluate(e.of, state).map(([address, s]) => [this.load(s, 'plain', address, e.at), s])
      case 'unary':
        return this.evaluate(e.of, state).map(([{ value, from }, s]) => {
          const result =
            e.operator === '!'
              ? operate('==', value, 0)
              : e.operator === '-'
                ? operate('-', 0, value)
                : operate('^', value, -1)
          return [{ value: result, from }, s]
        })
      case 'binary':
        return this.evaluate(e.left, state).flatMap(([l, s]) =>
          this.evaluate(e.right, s).map(([r, t]): [Flow, State] => [
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

  private call(e: Extract<Expression, { kind: 'call' }>, state: State, drop: boolean): [Flow, State][] {
    const p = primitive(e.name)
    if (p === null) throw new Unsupported(`the model does not know ${e.name}()`, e.at)
    return this.allArguments(e, p, state)
      .map(([flows, s]) => ({ flows, s }))
      .flatMap(({ flows, s }) => this.perform(p, flows, s, e, drop))
  }

  private allArguments(
    e: Extract<Expression, { kind: 'call' }>,
    p: Primitive,
    state: State,
  ): [Flow[], State][] {
    const wanted = arity(p)
    if (e.arguments.length !== wanted)
      throw new Unsupported(`${e.name}() takes ${wanted} arguments, not ${e.arguments.length}`, e.at)
    let all: [Flow[], State][] = [[[], state]]
    e.arguments.forEach((argument, i) => {
      let a = argument
      if (i === 0 && (p.kind === 'load' || p.kind === 'store') && p.lvalue) {
        if (a.kind !== 'dereference')
          throw new Unsupported(`${e.name}() takes a dereferenced pointer, *x`, a.at)
        a = a.of
      }
      all = all.flatMap(([flows, s]) =>
        this.evaluate(a, s).map(([f, t]): [Flow[], State] => [[...flows, f], t]),
      )
    })
    return all
  }

  private perform(
    p: Primitive,
    flows: readonly Flow[],
    s: State,
    { at }: { readonly at: At },
    drop: boolean,
  ): [Flow, State][] {
    const [x, y, z] = flows as [Flow, Flow, Flow]
    const done = (flow: Flow = constant(0)): [Flow, State][] => [[flow, s]]
    switch (p.kind) {
      case 'fence':
        for (const tag of p.tags) this.add(s, 'F', tag, null, null, [], [], at)
        return done()
      case 'load':
        return done(this.load(s, p.tag, x, at))
      case 'store':
        this.store(s, p.tag, x, y, at)
        for (const tag of p.after) this.add(s, 'F', tag, null, null, [], [], at)
        return done()
      case 'exchange':
        return done(this.modify(s, p.order, x, at, () => y))
      case 'modify': {
        const operand = p.operand === null ? x : constant(p.operand)
        const address = p.operand === null ? y : x
        let fresh = constant(0)
        const old = this.modify(s, p.order, address, at, (flow) => {
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
      case 'compare-exchange':
        return this.conditional(s, p.order, x, y, false, at, () => z)
      case 'add-unless': {
        const [a, u] = p.operand ? [constant(p.operand[0]), constant(p.operand[1])] : [y, z]
        return this.conditional(s, 'mb', x, u, true, at, (old) => ({
          value: operate('+', old.value, a.value),
          from: union(old.from, a.from),
        })).map(([flow, t], i) => [{ value: i === 0 ? 1 : 0, from: flow.from }, t])
      }
      case 'lock':
        this.take(s, x, at)
        return done()
      case 'unlock':
        this.add(s, 'UL', 'plain', x, 0, [], [], at)
        return done()
      case 'trylock': {
        const failed = this.fork(s, { value: 0, zero: true })
        const read = this.take(s, x, at)
        const fail = this.add(failed, 'LF', 'plain', x, null, x.from, [], at)
        return [
          [{ value: 1, from: [read] }, s],
          [{ value: 0, from: [fail] }, failed],
        ]
      }
      case 'is-locked': {
        const free = this.fork(s, { value: 0, zero: true })
        const yes = this.add(s, 'RL', 'plain', x, null, x.from, [], at)
        const no = this.add(free, 'RU', 'plain', x, null, x.from, [], at)
        return [
          [{ value: 1, from: [yes] }, s],
          [{ value: 0, from: [no] }, free],
        ]
      }
      case 'srcu-read-lock':
        return done(this.load(s, 'srcu-lock', x, at))
      case 'srcu-read-unlock':
        this.store(s, 'srcu-unlock', x, y, at)
        return done()
      case 'synchronize-srcu':
        this.add(s, 'SRCU', 'sync-srcu', x, null, x.from, [], at)
        return done()
    }
  }

  private add(
    s: State,
    kind: EventKind,
    tag: Tag,
    address: Flow | null,
    value: Value | null,
    addr: readonly Event[],
    data: readonly Event[],
    at: At,
    atomic = false,
    rmw: Event | null = null,
  ): Event {
    if (address && typeof address.value === 'number' && this.map.locationAt(address.value) < 0)
      throw new Unsupported('this points to no shared variable', at)
    const event: Event = {
      id: -1,
      thread: this.thread,
      kind,
      tag,
      address: address ? address.value : null,
      value,
      addr,
      data,
      ctrl: s.control,
      atomic,
      rmw,
      at,
    }
    s.events.push(event)
    return event
  }

  private load(s: State, tag: Tag, address: Flow, at: At, atomic = false): Flow {
    const read = this.add(s, 'R', tag, address, null, address.from, [], at, atomic)
    return { value: { read }, from: union([read], address.from) }
  }

  private store(s: State, tag: Tag, address: Flow, stored: Flow, at: At, rmw: Event | null = null): void {
    this.add(s, 'W', tag, address, stored.value, address.from, stored.from, at, rmw !== null, rmw)
  }

  /** An atomic read-modify-write that succeeds; returns what it read. */
  private modify(s: State, order: RmwOrder, address: Flow, at: At, stored: (old: Flow) => Flow): Flow {
    if (order === 'mb') this.add(s, 'F', 'mb', null, null, [], [], at)
    const readTag = order === 'noreturn' ? 'noreturn' : order === 'acquire' ? 'acquire' : 'once'
    const old = this.load(s, readTag, address, at, true)
    const read = s.events.at(-1) as Event
    this.store(s, order === 'release' ? 'release' : 'once', address, stored(old), at, read)
    if (order === 'mb') this.add(s, 'F', 'mb', null, null, [], [], at)
    return old
  }

  /** One that may fail: then it is a relaxed read, without fences (herd-representation.txt). */
  private conditional(
    s: State,
    order: RmwOrder,
    address: Flow,
    compared: Flow,
    unless: boolean,
    at: At,
    stored: (old: Flow) => Flow,
  ): [Flow, State][] {
    const failed = this.fork(s, { value: 0, zero: true })
    const old = this.modify(s, order, address, at, stored)
    s.guards.push({ value: operate('==', old.value, compared.value), zero: unless })
    const read = this.load(failed, 'once', address, at, true)
    failed.guards.push({ value: operate('==', read.value, compared.value), zero: !unless })
    return [
      [old, s],
      [read, failed],
    ]
  }

  private take(s: State, lock: Flow, at: At): Event {
    const read = this.add(s, 'LKR', 'plain', lock, null, lock.from, [], at)
    this.add(s, 'LKW', 'plain', lock, 1, lock.from, [], at, false, read)
    return read
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

const constant = (value: Value): Flow => ({ value, from: [] })

function union(a: readonly Event[], b: readonly Event[]): readonly Event[] {
  if (a.length === 0) return b
  return b.every((e) => a.includes(e)) ? a : [...a, ...b.filter((e) => !a.includes(e))]
}
