import {
  Struct,
  type Cell,
  type Coroutine,
  type Machine,
  type Mutex,
  type RcuDomain,
  type Section,
  type Thread,
} from '../machine/index.js'
import type { At, Expression, Statement, ThreadText } from './ast.js'
import type { MemoryMap } from './memory-map.js'
import { primitive, type Primitive, type Returns } from './primitives.js'
import { UNROLL } from './unfold.js'
import { Unsupported } from './unsupported.js'
import { addressOf, compute, isAddress } from './value.js'

/** A shared variable. Pointers to it are what the machine tracks address dependencies by. */
class Variable extends Struct {
  static readonly structName = 'Variable'
  index = -1
  readonly content = this.value<Stored>('content', 0)
}

type Stored = number | Variable

/** The shared variables of a test, on the machine; locks and SRCU domains as they turn up. */
export class Shared {
  private readonly variables: (Variable | null)[]
  private readonly mutexes = new Map<number, Mutex>()
  private readonly domains = new Map<number, RcuDomain>()

  constructor(
    private readonly m: Machine,
    readonly map: MemoryMap,
  ) {
    this.variables = map.names.map((name, index) => {
      if (!name) return null
      const variable = m.global(Variable, name)
      variable.index = index
      this.mutexes.set(index, m.mutex(name))
      this.domains.set(index, m.rcuDomain(name))
      return variable
    })
    this.variables.forEach((v, i) => {
      if (v) m.init(v.content, this.stored(map.initial[i] as number))
    })
  }

  cell(address: number, at: At): Cell<Stored> {
    return (this.variables[this.index(address, at)] as Variable).content
  }

  mutex(address: number, at: At): Mutex {
    return this.mutexes.get(this.index(address, at)) as Mutex
  }

  domain(address: number, at: At): RcuDomain {
    return this.domains.get(this.index(address, at)) as RcuDomain
  }

  private index(address: number, at: At): number {
    const index = this.map.locationAt(address)
    if (index < 0) throw new Unsupported('this points to no shared variable', at)
    return index
  }

  /** An address is stored as what it points to. */
  stored(value: number): Stored {
    return isAddress(value) ? (this.variables[this.map.locationAt(value)] ?? value) : value
  }

  finalValue(location: number): number {
    return loaded((this.variables[location] as Variable).content.value)
  }
}

const loaded = (value: Stored): number => (value instanceof Variable ? addressOf(value.index) : value)

/** A value, and what the order of steps must heed about it. */
interface Flow {
  readonly value: number
  /** It hangs on a value that was read. */
  readonly dependent: boolean
  /** It is a pointer as it was read, and nothing was computed. */
  readonly pointer: boolean
  /** For what `srcu_read_lock` returns. */
  readonly section: Section | null
}

/**
 * A thread of a test as a program of the machine. The machine's primitives are QEMU's: a C11 compiler's fences and
 * releases. Where the kernel's promise more, a fence is added (under `sc` and `tso` these are nothing):
 *
 * - `release`: a release store, an unlock and the end of an SRCU section with a fence pass on what their thread has
 *   read before (LKMM: A-cumul), also from relaxed reads: an acquire fence goes before them.
 * - `dependency`: a store that hangs on a read, by address, data or control, stays behind it (LKMM: rwdep); so does
 *   a read whose address is computed, and not just loaded: an acquire fence goes before it.
 * - `unlock-lock`: what stands before an unlock is ordered before what stands after the next lock, on any CPU
 *   (LKMM: po-unlock-lock-po): acquire and release fences go behind a lock.
 * - `strong-fence`: what a full fence or grace period has made visible to all stays so for whatever follows it in
 *   any thread, by however weak an order (LKMM: pb): in tests that have one, a release fence goes before a store
 *   that stands behind an ordered read.
 *
 * The other way round, `smp_rmb` and `smp_wmb` order more here than there, each read-modify-write is a full
 * fence, loads are never delayed beyond a later store (no load buffering): the machine shows less.
 */
export class Interpreter {
  private readonly registers = new Map<string, Flow>()
  private readonly parameters: ReadonlySet<string>
  /** The branches around this point that hang on a read. */
  private control = 0
  /** It has read something that its later stores may stay behind. */
  private ordered = false
  finished = false

  constructor(
    readonly number: number,
    private readonly text: ThreadText,
    private readonly shared: Shared,
    /** The test has full fences or grace periods. */
    private readonly strong: boolean,
    private readonly bounded: (what: string) => void,
  ) {
    this.parameters = new Set(text.parameters)
  }

  register(name: string): number {
    return this.registers.get(name)?.value ?? 0
  }

  *run(t: Thread): Coroutine<void> {
    this.finished = false
    this.control = 0
    this.ordered = false
    this.registers.clear()
    const { map } = this.shared
    for (const name of this.parameters) this.registers.set(name, constant(map.address(name)))
    for (const [name, value] of map.registers[this.number] ?? []) this.registers.set(name, constant(value))
    yield* this.block(t, this.text.body)
    this.finished = true
  }

  private *block(t: Thread, body: readonly Statement[]): Coroutine<void> {
    for (const s of body) yield* this.statement(t, s)
  }

  private *statement(t: Thread, s: Statement): Coroutine<void> {
    switch (s.kind) {
      case 'block':
        return yield* this.block(t, s.body)
      case 'declare':
        this.registers.set(
          s.name,
          s.value
            ? yield* this.evaluate(t, s.value)
            : constant(this.shared.map.registers[this.number]?.get(s.name) ?? 0),
        )
        return
      case 'assign':
        if (s.to.kind === 'name') this.registers.set(s.to.name, yield* this.evaluate(t, s.value))
        else if (s.to.kind === 'dereference') {
          const address = yield* this.evaluate(t, s.to.of)
          const value = yield* this.evaluate(t, s.value)
          yield* this.beforeStore(t, address, value)
          yield* t.plainWrite(this.shared.cell(address.value, s.at), this.shared.stored(value.value))
        } else throw new Unsupported('this cannot be assigned to', s.at)
        return
      case 'expression':
        yield* this.evaluate(t, s.value)
        return
      case 'if': {
        const condition = yield* this.evaluate(t, s.condition)
        const arm = condition.value !== 0 ? s.then : s.otherwise
        if (arm) yield* this.under(condition, this.statement(t, arm))
        return
      }
      case 'while':
        for (let left = UNROLL; ; left--) {
          const condition = yield* this.evaluate(t, s.condition)
          if (condition.value === 0) return
          if (left === 0) {
            this.bounded(`a loop of P${this.number} was cut after ${UNROLL} rounds`)
            yield* t.waitFor('the end of a loop that was cut', () => false)
          }
          yield* this.under(condition, this.statement(t, s.body))
        }
    }
  }

  private *under(condition: Flow, body: Coroutine<void>): Coroutine<void> {
    if (condition.dependent) this.control++
    yield* body
    if (condition.dependent) this.control--
  }

  private *evaluate(t: Thread, e: Expression): Coroutine<Flow> {
    switch (e.kind) {
      case 'number':
        return constant(e.value)
      case 'name': {
        const flow = this.registers.get(e.name)
        if (flow) return flow
        if (this.shared.map.has(e.name))
          throw new Unsupported(`${e.name} is shared, but no parameter of P${this.number}`, e.at)
        return constant(0)
      }
      case 'address':
        if (e.of.kind === 'dereference') return yield* this.evaluate(t, e.of.of)
        if (e.of.kind !== 'name' || !this.shared.map.has(e.of.name))
          throw new Unsupported('& takes the name of a shared variable', e.at)
        return constant(this.shared.map.address(e.of.name))
      case 'dereference': {
        const address = yield* this.evaluate(t, e.of)
        yield* this.beforeLoad(t, address)
        return read(yield* t.plainRead(this.shared.cell(address.value, e.at)))
      }
      case 'binary': {
        const left = yield* this.evaluate(t, e.left)
        const right = yield* this.evaluate(t, e.right)
        return computed(compute(e.operator, left.value, right.value), left.dependent || right.dependent)
      }
      case 'call': {
        const p = primitive(e.name)
        if (p === null) throw new Unsupported(`the model does not know ${e.name}()`, e.at)
        const flows: Flow[] = []
        for (const [i, argument] of e.arguments.entries()) {
          const lvalue = i === 0 && (p.kind === 'load' || p.kind === 'store') && p.lvalue
          if (lvalue && argument.kind !== 'dereference')
            throw new Unsupported(`${e.name}() takes a dereferenced pointer, *x`, argument.at)
          flows.push(
            yield* this.evaluate(t, lvalue && argument.kind === 'dereference' ? argument.of : argument),
          )
        }
        return yield* this.call(t, p, flows, e.at)
      }
    }
  }

  private *call(t: Thread, p: Primitive, flows: readonly Flow[], at: At): Coroutine<Flow> {
    const [x, y, z] = flows as [Flow, Flow, Flow]
    const { shared } = this
    const nothing = constant(0)
    switch (p.kind) {
      case 'fence':
        for (const tag of p.tags) {
          if (tag === 'rcu-lock') yield* t.rcuReadLock()
          else if (tag === 'rcu-unlock') yield* t.rcuReadUnlock()
          else if (tag === 'sync-rcu') yield* t.synchronizeRcu()
          else if (tag === 'rmb') yield* t.smpRmb()
          else if (tag === 'wmb') yield* t.smpWmb()
          else if (tag !== 'barrier') yield* t.smpMb()
        }
        return nothing
      case 'load': {
        yield* this.beforeLoad(t, x)
        if (p.tag === 'acquire') this.ordered = true
        const cell = shared.cell(x.value, at)
        return read(p.tag === 'acquire' ? yield* t.loadAcquire(cell) : yield* t.read(cell))
      }
      case 'store': {
        yield* this.beforeStore(t, x, y)
        const cell = shared.cell(x.value, at)
        if (p.tag === 'release') {
          yield* this.acquire(t)
          yield* t.storeRelease(cell, shared.stored(y.value))
        } else yield* t.write(cell, shared.stored(y.value))
        if (p.after.length > 0) yield* t.smpMb()
        return nothing
      }
      case 'exchange':
        return read(yield* t.xchg(shared.cell(x.value, at), shared.stored(y.value)))
      case 'compare-exchange':
        return read(
          yield* t.cmpxchg(shared.cell(x.value, at), shared.stored(y.value), shared.stored(z.value)),
        )
      case 'modify': {
        const [address, operand] = p.operand === null ? [y, x.value] : [x, p.operand]
        const next = (old: number): number =>
          p.operator === '&~'
            ? compute('&', old, compute('^', operand, -1))
            : compute(p.operator, old, operand)
        const f = (old: Stored): Stored => shared.stored(next(loaded(old)))
        const old = loaded(yield* t.fetchModify(shared.cell(address.value, at), f))
        return read(resultOf(p.returns, old, next(old)))
      }
      case 'add-unless': {
        const [a, u] = p.operand ?? [y.value, z.value]
        const f = (old: Stored): Stored | undefined =>
          loaded(old) === u ? undefined : shared.stored(compute('+', loaded(old), a))
        const old = loaded(yield* t.fetchModify(shared.cell(x.value, at), f))
        return read(Number(old !== u))
      }
      case 'lock':
        yield* t.lock(shared.mutex(x.value, at))
        yield* this.afterLock(t)
        return nothing
      case 'unlock':
        yield* this.acquire(t)
        yield* t.unlock(shared.mutex(x.value, at))
        return nothing
      case 'trylock': {
        const got = yield* t.tryLock(shared.mutex(x.value, at))
        if (got) yield* this.afterLock(t)
        return read(Number(got))
      }
      case 'is-locked':
        return read(Number(yield* t.isLocked(shared.mutex(x.value, at))))
      case 'srcu-read-lock':
        return { ...read(0), section: yield* t.srcuReadLock(shared.domain(x.value, at)) }
      case 'srcu-read-unlock':
        if (y.section === null)
          throw new Unsupported('the machine cannot follow what is given to srcu_read_unlock()', at)
        yield* t.srcuReadUnlock(y.section)
        return nothing
      case 'synchronize-srcu':
        yield* t.synchronizeSrcu(shared.domain(x.value, at))
        return nothing
    }
  }

  private *beforeLoad(t: Thread, address: Flow): Coroutine<void> {
    if (address.dependent && !address.pointer) yield* this.acquire(t)
  }

  private *beforeStore(t: Thread, address: Flow, value: Flow): Coroutine<void> {
    if (address.dependent || value.dependent || this.control > 0) yield* this.acquire(t)
    if (this.strong && this.ordered) yield* t.smpWmb()
  }

  private *acquire(t: Thread): Coroutine<void> {
    this.ordered = true
    yield* t.smpRmb()
  }

  private *afterLock(t: Thread): Coroutine<void> {
    yield* this.acquire(t)
    yield* t.smpWmb()
  }
}

function resultOf(returns: Returns, old: number, fresh: number): number {
  switch (returns) {
    case 'nothing':
      return 0
    case 'old':
      return old
    case 'new':
      return fresh
    case 'zero':
      return Number(fresh === 0)
    case 'negative':
      return Number(fresh < 0)
  }
}

const constant = (value: number): Flow => ({ value, dependent: false, pointer: false, section: null })
const computed = (value: number, dependent: boolean): Flow => ({ ...constant(value), dependent })
const read = (value: Stored): Flow => ({
  value: loaded(value),
  dependent: true,
  pointer: value instanceof Variable,
  section: null,
})
