import type { Cell } from './cell.js'
import { Changes } from './changes.js'
import { finish, livelock } from './ending.js'
import { ProgramError, type Chooser, type CoverageSink, type Outcome, type Tracer } from './execution.js'
import { Shared } from './footprint.js'
import { hashString, mix } from './hash.js'
import { Heap } from './heap.js'
import type { MemoryModel, MemoryModelName } from './memory.js'
import type { Coroutine, Operation } from './op.js'
import { Reachability } from './reach.js'
import { CallbackQueue, callRcuThread, RcuDomain } from './rcu.js'
import { report } from './reports.js'
import { SequentialConsistency } from './sc.js'
import type { Struct, StructClass } from './struct.js'
import { Condition, Mutex } from './sync.js'
import { isWide } from './tags.js'
import { Thread } from './thread.js'
import { TotalStoreOrder } from './tso.js'
import type { Severity, Violation, ViolationKind } from './violations.js'
import { WeakMemory } from './weak.js'

// What a thread has asked for: nothing (it has finished), a step it can take at any time, or one it may wait for.
const NOTHING = 0
const UNCONDITIONAL = 1
const CONDITIONAL = 2

const NOBODY = -1
const UNDECIDED = -2

/**
 * The emulated multiprocessor. Built once per scenario; `run` executes the program from its initial state
 * under a chooser, as often as wanted. A run is a pure function of the program and the choices.
 */
export class Machine {
  readonly memory: MemoryModel
  readonly threads: Thread[] = []
  readonly rcu: RcuDomain
  readonly callbacks: CallbackQueue
  readonly bql: Mutex
  coverage: CoverageSink | null = null
  tracer: Tracer | null = null

  step = 0
  /** The steps so far, but for those that a spinning thread takes around its loop. */
  progress = 0
  runNumber = 0
  /** The agents that can take a step now, as `enabled[0..enabledCount)`, in ascending order. */
  readonly enabled: Int32Array
  enabledCount = 0
  private readonly requests: Uint8Array
  /** Set while it is asked who could go on if nobody but spinning threads can. */
  onlySpinning = false
  /** The choices of the current execution, as it goes: agents by step, and values in order. */
  readonly agents: number[] = []
  readonly values: number[] = []
  valueCount = 0

  readonly structs: Struct[] = []
  readonly globals: Struct[] = []
  readonly allocator = new Heap(this)
  readonly reachability = new Reachability(this)
  readonly domains: RcuDomain[] = []
  readonly mutexes: Mutex[] = []
  readonly conditions: Condition[] = []
  /** What systems keep outside cells: see `book`. */
  readonly books: (() => readonly unknown[])[] = []
  /** For an exhaustive search: threads keep their histories. */
  remembering = false
  /** Something was noted (`t.note`) since this was last cleared. */
  lookedOutside = false
  /** The program has loads that the compiler may split: it matters which store a word comes from. */
  splitLoads = false
  private readonly ofType = new Map<string, number>()
  private resources: number = Shared.Count
  /** By step: where its thread stood, to name its store in every execution alike. */
  private readonly storeKeys: number[] = []
  readonly changes = new Changes()
  readonly atEnds: ((m: Machine) => void)[] = []
  private readonly atStarts: (() => void)[] = []
  private violations: Violation[] = []
  /** The execution did not come to its end: nobody could trust what follows, or it was broken off. */
  stopped = false
  private sealed = false
  private base = 1
  private chooser!: Chooser
  private starting = false
  /** The chooser has `staysWith`. */
  private asksFirst = false
  /** The call_rcu thread, while it has nothing to do. */
  private sleeper: Thread | null = null
  private picked = NOBODY

  constructor(
    model: MemoryModelName,
    /** Upper bound of the number of threads; clocks have this many components. */
    readonly capacity: number,
    /** An execution longer than this is a livelock. */
    readonly maxSteps = 20_000,
  ) {
    this.memory =
      model === 'sc'
        ? new SequentialConsistency(this)
        : model === 'tso'
          ? new TotalStoreOrder(this)
          : new WeakMemory(this)
    this.enabled = new Int32Array(2 * capacity)
    this.requests = new Uint8Array(capacity)
    this.rcu = this.rcuDomain('RCU')
    this.callbacks = new CallbackQueue(this)
    this.bql = this.mutex('BQL')
  }

  // --- building the program -------------------------------------------------------------------------------

  rcuDomain(name: string): RcuDomain {
    const domain = new RcuDomain(this, name)
    this.domains.push(domain)
    return domain
  }

  mutex(name: string): Mutex {
    const mutex = new Mutex(this, name)
    this.mutexes.push(mutex)
    return mutex
  }

  condition(name: string): Condition {
    const condition = new Condition(this, name)
    this.conditions.push(condition)
    return condition
  }

  /** A global variable: it lives for ever, and what it links to is reachable. */
  global<S extends Struct>(type: StructClass<S>, name: string): S {
    const s = this.heap(type, name)
    this.globals.push(s)
    return s
  }

  /** An object that is on the heap before the first step. */
  heap<S extends Struct>(type: StructClass<S>, name: string): S {
    if (this.sealed) throw new ProgramError(`${name} must be allocated with t.alloc once the program runs`)
    const s = new type(this, name)
    this.adopt(s)
    this.allocator.boot(s)
    return s
  }

  /** Sets a cell's value before the first step. */
  init<T>(cell: Cell<T>, value: T): void {
    cell.initial = cell.value = cell.fit(value)
    this.memory.resetCell(cell as Cell<unknown>)
  }

  spawn(name: string, role: string, body: (t: Thread) => Coroutine<void>, daemon = false): Thread {
    if (this.threads.length === this.capacity) throw new ProgramError(`more than ${this.capacity} threads`)
    const t = new Thread(this, this.threads.length, name, role, body, daemon)
    this.threads.push(t)
    return t
  }

  spawnCallRcu(): Thread {
    return this.spawn('call_rcu', 'call_rcu', callRcuThread, true)
  }

  /**
   * Declares what the system keeps outside cells - in its actors and oracles - and that decides what threads do
   * or what is an error: numbers, strings, objects of the program, moments; the order counts. Whoever declares
   * it (if only that there is nothing) says that it is complete, so that a search may take two executions for
   * one that have led to the same state. What a thread's code looks at in there and acts on goes through
   * `t.note`.
   */
  book(entries: () => readonly unknown[]): void {
    this.books.push(entries)
  }

  /** A number that is the same in every process, for the nth thing of that name. */
  identity(name: string): number {
    const nth = (this.ofType.get(name) ?? 0) + 1
    this.ofType.set(name, nth)
    return mix(hashString(name), nth)
  }

  /** A number for something that footprints tell apart. */
  resource(): number {
    return this.resources++
  }

  /** Called at the start of every execution: an oracle forgets what it booked. */
  atStart(f: () => void): void {
    this.atStarts.push(f)
  }

  /** Called when every thread has finished without a violation that ends the execution. */
  atEnd(f: (m: Machine) => void): void {
    this.atEnds.push(f)
  }

  /** Called by `Struct` for each of its fields. */
  adoptCell(cell: Cell<unknown>): void {
    cell.carried = new Int32Array(this.capacity)
    cell.accesses = new Int32Array(4 * this.capacity)
    cell.resource = this.resource()
    this.memory.resetCell(cell)
  }

  /** Called for each allocation when it is made: books are opened for all its parts. */
  adopt(s: Struct): void {
    for (const part of s.parts) {
      part.lastAccess = new Int32Array(this.capacity)
      part.lastStep = new Int32Array(this.capacity)
      part.lastWhat = new Array<string>(this.capacity).fill('')
      part.dependency = new Array<null>(this.capacity).fill(null)
      part.resource = this.resource()
      part.identity = this.identity(part.typeName)
      for (const cell of part.cells) cell.identity = mix(part.identity, cell.field)
      this.structs.push(part)
    }
  }

  // --- running it -----------------------------------------------------------------------------------------

  run(chooser: Chooser): Outcome {
    this.chooser = chooser
    this.asksFirst = chooser.staysWith !== undefined
    this.reset()
    this.starting = true
    for (const t of this.threads) {
      t.generator = t.body(t)
      t.finished = false
      this.resume(t)
    }
    this.starting = false
    this.picked = this.pick()
    while (this.picked >= 0) {
      if (this.picked < this.capacity) {
        const t = this.threads[this.picked] as Thread
        this.perform(t)
        this.picked = UNDECIDED
        this.resume(t)
        if (this.picked === UNDECIDED) this.picked = this.pick()
      } else {
        const agent = this.picked
        if (this.tracer) this.tracer.before(this, agent)
        const t = this.threads[agent - this.capacity] as Thread
        this.memory.drain(t)
        if (this.tracer) this.tracer.after(this, agent)
        this.step++
        this.progress++
        t.progress++
        this.picked = this.pick()
      }
    }
    if (!this.stopped) finish(this)
    return { steps: this.step, violations: this.violations }
  }

  /**
   * A thread has requested an operation. If it is the one to go on, the step is taken at once and the thread
   * runs through, which spares unwinding its coroutines; else the thread is suspended (returns false).
   */
  goesOn(t: Thread): boolean {
    if (this.starting) return false
    if (this.asksFirst && this.stays(t)) {
      this.agents[this.step] = t.id
    } else {
      this.picked = this.pick()
      if (this.picked !== t.id) return false
    }
    this.perform(t)
    this.picked = UNDECIDED
    return true
  }

  private stays(t: Thread): boolean {
    if (this.stopped || this.step === this.maxSteps || this.requests[t.id] !== UNCONDITIONAL) return false
    return this.chooser.staysWith?.(this, t) === true
  }

  /** Decides who takes the next step; NOBODY when the execution is over. */
  private pick(): number {
    if (this.stopped || (this.findEnabled() === 0 && !this.spins())) return NOBODY
    if (this.step === this.maxSteps) {
      livelock(this)
      this.stopped = true
      return NOBODY
    }
    const agent = this.chooser.nextAgent(this)
    if (agent < 0) {
      this.stopped = true
      return NOBODY
    }
    this.agents[this.step] = agent
    return agent
  }

  private perform(t: Thread): void {
    if (this.tracer) this.tracer.before(this, t.id)
    ;(t.vc[t.id] as number)++
    const operation = t.operation as Operation
    if (this.remembering) this.performAndRemember(t, operation)
    else operation.perform(this, t)
    if (this.tracer) this.tracer.after(this, t.id)
    this.step++
    if (!t.spinning || !operation.looks) {
      t.spinning = false
      this.progress++
      t.progress++
    }
    t.operation = null
    this.requests[t.id] = NOTHING
  }

  private performAndRemember(t: Thread, operation: Operation): void {
    this.storeKeys[this.step] = mix(t.history.a, t.id)
    operation.perform(this, t)
    // A callback is known by the head that it was queued on, and by who queued it.
    t.history.value(typeof t.result === 'function' ? t.y : t.result)
    if (this.splitLoads && operation.looks) t.history.word(this.tagKey(t.readTag))
  }

  /** Tells stores of wide words apart, as far as a program can. */
  tagKey(tag: number): number {
    if (!isWide(tag)) return 0
    return tag < 0 ? 1 : (this.storeKeys[tag >> 1] as number)
  }

  /** Runs a thread's own code up to its next operation, or its end. */
  private resume(t: Thread): void {
    let r: IteratorResult<unknown, unknown>
    try {
      r = (t.generator as Generator<unknown, unknown, void>).next()
    } catch (e) {
      throw new ProgramError(`${t.name}: ${e instanceof Error ? e.message : String(e)}`, { cause: e })
    }
    if (r.done === true) {
      t.finished = true
      if (t.operation !== null && !this.stopped)
        throw new ProgramError(`${t.name}: \`${t.operation.name}\` is not taken: write \`yield*\` before it`)
      if (t.section !== null && !this.stopped)
        report(this, t, 'section-misuse', 'rcu', `${t.name} ends inside a read-side section`)
    } else if (t.operation === null)
      throw new ProgramError(`${t.name} yields something that is no operation; write \`yield* t.read(...)\``)
  }

  /** Nobody can take a step; lets the spinning ones look again, if there are any. */
  private spins(): boolean {
    this.onlySpinning = true
    const n = this.findEnabled()
    this.onlySpinning = false
    return n > 0
  }

  /** A thread requests an operation. */
  ask(t: Thread, operation: Operation): void {
    t.operation = operation
    this.requests[t.id] = operation.enabled === null ? UNCONDITIONAL : CONDITIONAL
  }

  /** Nobody asks a sleeping thread whether it can go on until there are callbacks: most of the time, that is. */
  sleepUntilCallbacks(t: Thread): void {
    if (this.callbacks.counted > 0 || this.sleeper !== null) return
    this.requests[t.id] = NOTHING
    this.sleeper = t
  }

  /** A callback was counted. */
  wake(): void {
    if (this.sleeper !== null) this.requests[this.sleeper.id] = CONDITIONAL
    this.sleeper = null
  }

  // The hottest loop of all: it runs once a step, over all threads.
  private findEnabled(): number {
    let n = 0
    const { threads, enabled, requests, memory } = this
    const count = threads.length
    for (let i = 0; i < count; i++) {
      const request = requests[i]
      if (request === UNCONDITIONAL) enabled[n++] = i
      else if (request === CONDITIONAL) {
        const t = threads[i] as Thread
        const { enabled: can } = t.operation as Operation
        if ((can as NonNullable<typeof can>)(this, t)) enabled[n++] = i
      }
    }
    if (memory.buffering)
      for (let i = 0; i < count; i++)
        if (memory.buffered(threads[i] as Thread) > 0) enabled[n++] = this.capacity + i
    this.enabledCount = n
    return n
  }

  /** Ends the execution after this step. */
  stop(): void {
    this.stopped = true
  }

  choose(n: number): number {
    const k = n === 1 ? 0 : this.chooser.nextValue(n, this)
    if (n > 1) this.values[this.valueCount++] = k
    return k
  }

  violate(v: Violation): void {
    if (!this.violations.some((w) => w.signature === v.signature)) this.violations.push(v)
  }

  reportAt(
    t: Thread,
    kind: ViolationKind,
    where: string,
    message: string,
    severity: Severity,
    object: string,
  ): void {
    report(this, t, kind, where, message, severity, object)
  }

  // --- what operations need -------------------------------------------------------------------------------

  /** The clock of the execution's start: what is booked and not later is of an earlier one. */
  get epoch(): number {
    return this.base
  }

  /** The link through which the program's globals reach the object, as `t` sees them, if they do. */
  linkTo(s: Struct, t: Thread): Cell<unknown> | null {
    return this.reachability.linkTo(s, t) as Cell<unknown> | null
  }

  /** The clock of what `t` may rely on behind a pointer to `s`. */
  dependencyOf(t: Thread, s: Struct): Int32Array {
    let d = s.dependency[t.id]
    if (!d) {
      d = s.dependency[t.id] = new Int32Array(this.capacity)
      if (!s.dirty) this.changes.struct(s)
    }
    return d
  }

  /** Coverage identity of the access a thread is making: who, what, to which field. */
  eventOf(t: Thread, cell: Cell<unknown>): number {
    if (this.coverage === null) return 0
    return mix(t.roleHash, mix((t.operation as NonNullable<typeof t.operation>).hash, cell.field))
  }

  readsFrom(t: Thread, cell: Cell<unknown>, writer: number, tag: number): void {
    t.readTag = tag
    if (this.coverage !== null) {
      const event = this.eventOf(t, cell)
      this.coverage.hit(mix(writer, event))
      this.coverage.hit(mix(event, this.rcu.phaseFor(t) * 4 + cell.owner.age))
    }
    if (this.tracer !== null) this.tracer.readFrom(this, t, cell, tag)
  }

  // --- beginning and end of an execution ------------------------------------------------------------------

  private reset(): void {
    this.sealed = true
    for (const t of this.threads) this.base = Math.max(this.base, t.vc[t.id] as number)
    this.base++
    if (this.base > 0x3fffffff) this.forgetClocks()
    this.runNumber++
    this.step = this.progress = 0
    this.stopped = false
    this.valueCount = 0
    this.sleeper = null
    this.violations = []
    this.changes.undo(this.memory)
    this.allocator.reset()
    for (const d of this.domains) d.reset()
    for (const mutex of this.mutexes) mutex.reset()
    for (const condition of this.conditions) condition.reset()
    this.callbacks.reset()
    this.memory.reset()
    for (const t of this.threads) {
      t.reset(this.base)
      this.requests[t.id] = NOTHING
    }
    for (const f of this.atStarts) f()
  }

  /** Clocks are 32 bits wide; long before they overflow, everything booked is forgotten at once. */
  private forgetClocks(): void {
    this.base = 1
    for (const s of this.structs) {
      s.lastAccess.fill(0)
      for (const cell of s.cells) cell.accesses.fill(0)
    }
    for (const t of this.threads) t.acquirable.fill(0)
    for (const sized of [...this.domains, ...this.mutexes, ...this.conditions, this.callbacks, this.memory])
      sized.forgetClocks()
  }
}
