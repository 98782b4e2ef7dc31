import type { Cell } from './cell.js'
import type { Clock } from './clocks.js'
import { History, type Identified, type Words } from './digest.js'
import { hashString } from './hash.js'
import type { Machine } from './machine.js'
import * as heap from './heap-ops.js'
import * as memory from './memory-ops.js'
import { Moment } from './moment.js'
import type { Modify } from './memory.js'
import { PENDING, type Coroutine, type Op, type Operation, type Step } from './op.js'
import type { GracePeriod, RcuDomain, RcuHead, Callback, Section } from './rcu.js'
import * as rcu from './rcu-ops.js'
import { RcuDrain } from './rcu-drain.js'
import type { Struct, StructClass } from './struct.js'
import { INITIAL_TAG, isWide } from './tags.js'
import type { Condition, Mutex } from './sync.js'
import * as sync from './sync-ops.js'
import * as time from './time-ops.js'
import type { Severity, ViolationKind } from './violations.js'

/**
 * A thread of the emulated machine, and the vocabulary that fixes, actors and litmus tests are written in.
 * Every operation is one step: `const block = yield* t.rcuDereference(ram.mruBlock)`.
 */
export class Thread implements Identified {
  // --- the pending request: what the next step of this thread will do -------------------------------------
  operation: Operation | null = null
  cell: Cell<unknown> | null = null
  cell2: Cell<unknown> | null = null
  x: unknown = null
  y: unknown = null
  callback: Callback | null = null
  result: unknown = undefined
  /** Tag of the store that the last load read from (`tags.ts`). */
  readTag = 0
  /** Tag that this thread's stores get while it carries out a split wide store. */
  wideTag = 0
  /** Where in the candidate's source the request was made; only while tracing. */
  site: string | null = null

  // --- what the memory model and RCU know of this thread --------------------------------------------------
  readonly vc: Clock
  /** Clocks read by relaxed loads, for a later acquire fence. */
  readonly acquirable: Clock
  /** Clock of the last release fence, for later relaxed stores; valid if `fenced`. */
  readonly fenceClock: Clock
  fenced = false
  /** Own clock up to which this thread's writes are ordered before its later stores. */
  ordered = 0
  /** Nesting of the global RCU section, and the outermost one. */
  rcuDepth = 0
  section: Section | null = null
  gracePeriod: GracePeriod | null = null

  generator: Generator<Step, unknown, void> | null = null
  finished = true
  /** This thread's and its store buffer's share of `machine.progress`. */
  progress = 0
  /** Has done nothing but look since it last called `cpuRelax`. */
  spinning = false
  /** `weak`: the `othersProgress` at which it has waited until every store had arrived. */
  freshAt = -1
  readonly roleHash: number
  /** The answers that this thread got; kept only for a search that remembers states. */
  readonly history = new History()

  private fresh = false
  /** The second step of the pending request, if it has one. */
  second: Operation | null = null
  private readonly answer: IteratorReturnResult<unknown> = { done: true, value: undefined }

  constructor(
    readonly machine: Machine,
    readonly id: number,
    readonly name: string,
    /** What kind of thread this is; violations are told apart by roles, not by thread numbers. */
    readonly role: string,
    readonly body: (t: Thread) => Coroutine<void>,
    /** A daemon may be asleep when the execution ends. */
    readonly daemon: boolean,
  ) {
    this.vc = new Int32Array(machine.capacity)
    this.acquirable = new Int32Array(machine.capacity)
    this.fenceClock = new Int32Array(machine.capacity)
    this.roleHash = hashString(role)
  }

  identify(words: Words): void {
    words.word(this.id)
  }

  get othersProgress(): number {
    return this.machine.progress - this.progress
  }

  /** Whether every store there is has arrived. */
  get seesNewest(): boolean {
    return this.othersProgress === this.freshAt
  }

  /** Back to where every execution starts, at clock `base`. */
  reset(base: number): void {
    this.vc.fill(base)
    this.fenced = this.spinning = false
    this.ordered = this.rcuDepth = this.wideTag = this.progress = 0
    this.freshAt = -1
    this.readTag = INITIAL_TAG
    this.operation = this.second = null
    this.section = this.gracePeriod = null
    this.history.reset()
  }

  // The thread is its own one and only operation object, so that a step allocates nothing.
  [Symbol.iterator](): this {
    this.fresh = true
    return this
  }

  next(): IteratorResult<Step, unknown> {
    if (this.fresh) {
      this.fresh = false
      if (!this.machine.goesOn(this)) return PENDING
    }
    if (this.second !== null) {
      this.machine.ask(this, this.second)
      this.second = null
      if (!this.machine.goesOn(this)) return PENDING
    }
    this.answer.value = this.result
    return this.answer
  }

  private request<R>(operation: Operation, cell: Cell<never> | null = null, x: unknown = null): Op<R> {
    if (this.operation !== null)
      throw new Error(`\`${this.operation.name}\` is not taken: write \`yield*\` before it`)
    this.machine.ask(this, operation)
    this.cell = cell as Cell<unknown> | null
    this.x = x
    if (this.machine.tracer !== null) this.site = this.machine.tracer.site()
    return this as unknown as Op<R>
  }

  /** An operation of two steps; other threads may run between them. */
  private requestTwo(first: Operation, second: Operation, x: unknown): Op<void> {
    const op = this.request<void>(first, null, x)
    this.second = second
    return op
  }

  // --- memory ---------------------------------------------------------------------------------------------

  /** `qatomic_read`, `READ_ONCE`: relaxed. */
  read<T>(cell: Cell<T>): Op<T> {
    return this.request(memory.read, cell as Cell<never>)
  }

  /** `qatomic_set`, `WRITE_ONCE`: relaxed. */
  write<T>(cell: Cell<T>, value: T): Op<void> {
    return this.request(memory.write, cell as Cell<never>, value)
  }

  /** `qatomic_load_acquire`, `smp_load_acquire`. */
  loadAcquire<T>(cell: Cell<T>): Op<T> {
    return this.request(memory.loadAcquire, cell as Cell<never>)
  }

  /** `qatomic_store_release`, `smp_store_release`. */
  storeRelease<T>(cell: Cell<T>, value: T): Op<void> {
    return this.request(memory.storeRelease, cell as Cell<never>, value)
  }

  /** `qatomic_rcu_read`, `rcu_dereference`: orders what is reached through the pointer, and nothing else. */
  rcuDereference<T>(cell: Cell<T>): Op<T> {
    return this.request(memory.rcuDereference, cell as Cell<never>)
  }

  /** `qatomic_rcu_set`, `rcu_assign_pointer`: a release store. */
  rcuAssignPointer<T>(cell: Cell<T>, value: T): Op<void> {
    return this.request(memory.rcuAssignPointer, cell as Cell<never>, value)
  }

  /** An ordinary C load: a data race if another thread may write meanwhile. */
  plainRead<T>(cell: Cell<T>): Op<T> {
    return this.request(memory.plainRead, cell as Cell<never>)
  }

  /** An ordinary C store. */
  plainWrite<T>(cell: Cell<T>, value: T): Op<void> {
    return this.request(memory.plainWrite, cell as Cell<never>, value)
  }

  /** `qatomic_xchg`: returns the old value. */
  xchg<T>(cell: Cell<T>, value: T): Op<T> {
    return this.request(memory.xchg, cell as Cell<never>, () => value)
  }

  /** `qatomic_cmpxchg`: stores `value` if the cell holds `expected`; returns the old value. */
  cmpxchg<T>(cell: Cell<T>, expected: T, value: T): Op<T> {
    const f: Modify<T> = (old) => (memory.same(old, expected) ? value : undefined)
    return this.request(memory.cmpxchg, cell as Cell<never>, f)
  }

  /** `qatomic_fetch_add`: returns the old value. */
  fetchAdd(cell: Cell<number>, n: number): Op<number> {
    return this.request(memory.fetchAdd, cell as Cell<never>, (old: number) => old + n)
  }

  /** Any other atomic of the family (`atomic_fetch_or`, `atomic_add_unless`): `undefined` stores nothing. */
  fetchModify<T>(cell: Cell<T>, f: Modify<T>): Op<T> {
    return this.request(memory.fetchModify, cell as Cell<never>, f)
  }

  /** `fetchAdd` unless the cell is 0, as `qatomic_fetch_inc_nonzero`; returns the old value. */
  fetchIncNonzero(cell: Cell<number>): Op<number> {
    return this.request(memory.fetchIncNonzero, cell as Cell<never>, (old: number) =>
      old === 0 ? undefined : old + 1,
    )
  }

  /** One 16-byte atomic load of two words (`qatomic_read__nocheck` of an Int128). */
  readPair<A, B>(a: Cell<A>, b: Cell<B>): Op<readonly [A, B]> {
    this.cell2 = b as Cell<unknown>
    return this.request(memory.readPair, a as Cell<never>)
  }

  /** One 16-byte atomic store of two words; relaxed, or a release with `storeReleasePair`. */
  writePair<A, B>(a: Cell<A>, b: Cell<B>, x: A, y: B): Op<void> {
    this.cell2 = b as Cell<unknown>
    this.y = y
    return this.request(memory.writePair, a as Cell<never>, x)
  }

  storeReleasePair<A, B>(a: Cell<A>, b: Cell<B>, x: A, y: B): Op<void> {
    this.cell2 = b as Cell<unknown>
    this.y = y
    return this.request(memory.storeReleasePair, a as Cell<never>, x)
  }

  /** A wide load that the compiler may split: two steps. Halves of different wide stores are a torn read. */
  *plainReadPair<A, B>(a: Cell<A>, b: Cell<B>): Coroutine<readonly [A, B]> {
    this.machine.splitLoads = true
    const x = yield* this.plainRead(a)
    const first = this.readTag
    const y = yield* this.plainRead(b)
    if (first !== this.readTag && isWide(first) && isWide(this.readTag))
      this.report(
        'torn-read',
        `${a.owner.typeName}.${a.name}+${b.name}`,
        `${this.name} reads ${a.label} and ${b.label} from different stores of the pair`,
      )
    return [x, y]
  }

  /** A wide store that the compiler may split: two steps. */
  *plainWritePair<A, B>(a: Cell<A>, b: Cell<B>, x: A, y: B): Coroutine<void> {
    yield* this.request<void>(memory.plainWriteHalf, a as Cell<never>, x)
    yield* this.plainWrite(b, y)
    this.wideTag = 0
  }

  /** `smp_rmb()`: QEMU's acquire fence. */
  smpRmb(): Op<void> {
    return this.request(memory.smpRmb)
  }

  /** `smp_wmb()`: QEMU's release fence. */
  smpWmb(): Op<void> {
    return this.request(memory.smpWmb)
  }

  /** `smp_mb()`: full fence. */
  smpMb(): Op<void> {
    return this.request(memory.smpMb)
  }

  /** Blocks until the cell's value satisfies the predicate, and acquires it (an event, a spin loop). */
  waitUntil<T>(cell: Cell<T>, predicate: (value: T) => boolean): Op<T> {
    return this.request(memory.waitUntil, cell as Cell<never>, predicate)
  }

  // --- allocation -----------------------------------------------------------------------------------------

  /** `g_new0`: a fresh incarnation, its fields at their initial values. */
  alloc<S extends Struct>(type: StructClass<S>, name: string): Op<S> {
    this.y = name
    return this.request(heap.alloc, null, type)
  }

  /** `g_free`. Conflicts with every access that does not happen before it. */
  free(object: Struct): Op<void> {
    if (object.container)
      throw new TypeError(`${object.label} is part of ${object.allocation.label}, and is freed with it`)
    return this.request(heap.free, null, object)
  }

  // --- locks ----------------------------------------------------------------------------------------------

  lock(mutex: Mutex): Op<void> {
    return this.request(sync.lock, null, mutex)
  }

  /** `spin_trylock`: whether it got the mutex. */
  tryLock(mutex: Mutex): Op<boolean> {
    return this.request(sync.tryLock, null, mutex)
  }

  /** `spin_is_locked`. */
  isLocked(mutex: Mutex): Op<boolean> {
    return this.request(sync.isLocked, null, mutex)
  }

  unlock(mutex: Mutex): Op<void> {
    return this.request(sync.unlock, null, mutex)
  }

  /** Whether this thread holds the mutex: its own knowledge, no step. */
  holds(mutex: Mutex): boolean {
    return mutex.owner === this
  }

  /** `qemu_cond_wait`: lets the mutex go, waits for a signal, takes the mutex again. */
  *condWait(condition: Condition, mutex: Mutex): Coroutine<void> {
    this.y = mutex
    yield* this.request<void>(sync.condSleep, null, condition)
    this.y = mutex
    yield* this.request<void>(sync.condWake, null, condition)
  }

  condSignal(condition: Condition): Op<void> {
    return this.request(sync.condSignal, null, condition)
  }

  condBroadcast(condition: Condition): Op<void> {
    return this.request(sync.condBroadcast, null, condition)
  }

  // --- RCU ------------------------------------------------------------------------------------------------

  rcuReadLock(): Op<void> {
    return this.request(rcu.rcuReadLock)
  }

  rcuReadUnlock(): Op<void> {
    return this.request(rcu.rcuReadUnlock)
  }

  /** Waits for a grace period: one step to start it, one to see it end. */
  synchronizeRcu(): Op<void> {
    return this.synchronizeSrcu(this.machine.rcu)
  }

  /**
   * `call_rcu(object, func, rcu)`: `func(t, ...args)` runs in the call_rcu thread, under the BQL, a grace
   * period later. Two steps: enqueue, then count (domain H1-5).
   */
  callRcu<A extends unknown[]>(
    head: RcuHead,
    func: (t: Thread, ...args: A) => Coroutine<void>,
    ...args: A
  ): Op<void> {
    this.y = func
    this.callback = (t) => func(t, ...args)
    return this.requestTwo(rcu.callRcuEnqueue, rcu.callRcuCount, head)
  }

  /**
   * `drain_call_rcu()`: waits for the callbacks queued so far, with the BQL dropped; not for those that they
   * queue in turn (R2). From a callback or a read-side section it never returns (R4).
   */
  *drainCallRcu(): Coroutine<void> {
    const { bql, rcu: domain } = this.machine
    const held = this.holds(bql)
    if (held) yield* this.unlock(bql)
    const drain = yield* this.alloc(RcuDrain, 'drain')
    domain.draining++
    yield* this.callRcu(drain.rcu, RcuDrain.complete, drain)
    yield* this.waitUntil(drain.done, (v) => v === 1)
    domain.draining--
    yield* this.free(drain)
    if (held) yield* this.lock(bql)
  }

  /** Whether `force_rcu` asks this reader to leave its section (a drain waits for it: R6). */
  rcuForced(): Op<boolean> {
    return this.request(rcu.rcuForced)
  }

  srcuReadLock(domain: RcuDomain): Op<Section> {
    return this.request(rcu.srcuReadLock, null, domain)
  }

  srcuReadUnlock(section: Section): Op<void> {
    return this.request(rcu.srcuReadUnlock, null, section)
  }

  synchronizeSrcu(domain: RcuDomain): Op<void> {
    return this.requestTwo(rcu.gracePeriodStart, rcu.gracePeriodEnd, domain)
  }

  /** The call_rcu thread's own: waits until callbacks are counted, and takes them as a batch. */
  awaitCallbacks(): Op<number> {
    const op = this.request<number>(rcu.awaitCallbacks)
    this.machine.sleepUntilCallbacks(this)
    return op
  }

  /** The call_rcu thread's own: takes the oldest callback off the queue. */
  dequeueCallback(): Op<Callback | null> {
    return this.request(rcu.dequeueCallback)
  }

  /**
   * Blocks until something outside the emulated memory holds: a management layer that waits for an event. It
   * is no access and orders nothing.
   */
  waitFor(what: string, condition: () => boolean): Op<void> {
    this.y = what
    return this.request(sync.waitFor, null, condition)
  }

  /** `cpu_relax()`: the body of a spin loop. Lets someone else take a step before the loop looks again. */
  cpuRelax(): Op<void> {
    return this.request(sync.cpuRelax, null, this.othersProgress)
  }

  /** Lets simulated time pass, in nanoseconds: a step that only the `timed` driver gives a meaning. */
  sleep(nanoseconds: number): Op<void> {
    return this.request(time.sleep, null, nanoseconds)
  }

  // --- for exhaustive search: what a thread's future depends on -------------------------------------------

  /**
   * A value that decides what this thread does and that no operation gave it: the system's own bookkeeping
   * (`machine.book`), or memory that an oracle looks at without an access. No step.
   */
  note<T>(value: T): T {
    const m = this.machine
    m.lookedOutside = true
    if (m.remembering) this.history.value(value)
    return value
  }

  /** This place in the thread's code, for `forget`. */
  mark(): Mark {
    return this.machine.remembering ? { a: this.history.a, b: this.history.b } : NO_MARK
  }

  /**
   * From here on nothing that happened since the mark decides what this thread does, but for what is `kept`
   * (where in its script it stands, say). States that differ in the rest alone are then the same.
   */
  forget(since: Mark, ...kept: unknown[]): void {
    if (!this.machine.remembering) return
    this.history.set(since.a, since.b)
    for (const value of kept) this.history.value(value)
  }

  // --- checks ---------------------------------------------------------------------------------------------

  /** `assert()` of the code under test. No step. */
  assert(condition: boolean, text: string): void {
    if (!condition) this.report('assertion', text, `${this.name}: assertion failed: ${text}`)
  }

  /** A violation found by a system's oracle. No step. */
  report(
    kind: ViolationKind,
    where: string,
    message: string,
    severity: Severity = 'error',
    object = '',
  ): void {
    this.machine.reportAt(this, kind, where, message, severity, object)
  }

  /** This thread's present moment, for `knows`. */
  moment(): Moment {
    return new Moment(this.id, this.vc[this.id] as number, this.machine.step)
  }

  /** Whether a moment of any thread happens-before what this thread does now. */
  knows(moment: Moment): boolean {
    return moment.clock <= (this.vc[moment.thread] as number)
  }
}

/** What a thread knew at some place in its code. */
export interface Mark {
  readonly a: number
  readonly b: number
}

const NO_MARK: Mark = { a: 0, b: 0 }
