import type { Host, StructLayout } from '../define.js'
import type { CostModel } from '../drivers/timed.js'
import type { Cell } from '../machine/cell.js'
import type { Machine, Thread } from '../machine/index.js'
import type { RcuHead } from '../machine/rcu.js'
import type { Condition, Mutex } from '../machine/sync.js'
import { Cache, type Counts } from './cache.js'
import { COSTS, hostCosts, type CostName, type Costs, type HostCosts } from './costs.js'
import { Lines, type Line } from './lines.js'

/** Sees every step before it is carried out. */
export interface Watcher {
  begin(machine: Machine): void
  step(machine: Machine, t: Thread, now: number, end: number): void
}

/**
 * What each operation costs: its accesses (`cache.ts`) and the parameters of `costs.ts`. The rules are written
 * down in docs/cost-model.md; every deviation from a real machine is named there.
 */
export class CacheModel implements CostModel {
  private readonly cache: Cache
  private readonly lines: Lines
  private readonly host: HostCosts
  private readonly values = {} as Record<CostName, number>
  /** util/rcu.c: `rcu_gp_ctr`, each thread's `rcu_reader`, the queue's tail and count. */
  private readonly gracePeriodCounter: Line
  private readonly queue: Line
  private readonly readers: Line[] = []
  /** By thread: how often the call_rcu thread has looked at too short a queue. */
  private readonly tries: Int32Array
  private gracePeriods = 0

  constructor(
    capacity: number,
    layout: { readonly [type: string]: StructLayout },
    host: Host,
    private readonly watcher: Watcher | null = null,
    costs: Costs = COSTS,
  ) {
    for (const name of Object.keys(costs) as CostName[]) this.values[name] = costs[name].value
    this.cache = new Cache(capacity, costs)
    this.lines = new Lines(capacity, layout)
    this.host = hostCosts(host, costs)
    this.gracePeriodCounter = this.lines.fresh()
    this.queue = this.lines.fresh()
    for (let i = 0; i < capacity; i++) this.readers.push(this.lines.fresh())
    this.tries = new Int32Array(capacity)
  }

  /** By thread. */
  get counts(): readonly Counts[] {
    return this.cache.counts
  }

  begin(m: Machine): void {
    this.lines.reset()
    for (const s of m.structs) this.lines.lay(s)
    this.cache.reset()
    this.tries.fill(0)
    this.gracePeriods = 0
    this.watcher?.begin(m)
  }

  charge(m: Machine, t: Thread, now: number): number {
    const cost = this.cost(m, t, now)
    this.watcher?.step(m, t, now, now + cost)
    return cost
  }

  postpone(m: Machine, t: Thread): number {
    if (t.operation?.name !== 'awaitCallbacks') return 0
    const enough = m.callbacks.counted >= this.values['call_rcu.batch']
    if (enough || (this.tries[t.id] as number) >= this.values['call_rcu.tries']) {
      this.tries[t.id] = 0
      return 0
    }
    ;(this.tries[t.id] as number)++
    return this.values['call_rcu.poll']
  }

  resume(t: Thread, since: number, event: number): number {
    switch (t.operation?.name) {
      case 'cpuRelax':
        return Math.max(since, event)
      case 'awaitCallbacks':
        // With nothing to do the thread sleeps once before it waits for the event.
        return Math.max(since + this.values['call_rcu.poll'], event + this.values.wake)
      default:
        return Math.max(since, event + this.values.wake)
    }
  }

  /** The most frequent operations stand first. */
  private cost(m: Machine, t: Thread, now: number): number {
    const id = t.id
    const counts = this.counts[id] as Counts
    switch ((t.operation as NonNullable<typeof t.operation>).name) {
      case 'sleep':
        return 0
      case 'read':
      case 'plainRead':
      case 'rcuDereference':
      case 'loadAcquire':
      case 'waitUntil':
        counts.loads++
        return this.cache.load(this.lines.ofCell(t.cell as Cell<unknown>), id, now)
      case 'rcuReadLock':
        if (t.rcuDepth > 0) return this.cache.hit
        return (
          this.cache.load(this.gracePeriodCounter, id, now) +
          this.cache.store(this.readers[id] as Line, id, now)
        )
      case 'rcuReadUnlock':
        if (t.rcuDepth > 1) return this.cache.hit
        return this.leave(m, t, now)
      case 'write':
      case 'plainWrite':
      case 'storeRelease':
      case 'rcuAssignPointer':
        counts.stores++
        return this.cache.store(this.lines.ofCell(t.cell as Cell<unknown>), id, now)
      case 'readPair':
        counts.loads++
        return this.wide(t, now, this.host.wideLoad, false)
      case 'writePair':
      case 'storeReleasePair':
        counts.stores++
        return this.wide(t, now, this.host.wideStore, true)
      case 'cmpxchg':
      case 'fetchIncNonzero':
        counts.atomics++
        return this.cache.atomic(this.lines.ofCell(t.cell as Cell<unknown>), id, now, this.values.cmpxchg)
      case 'xchg':
      case 'fetchAdd':
        counts.atomics++
        return this.cache.atomic(this.lines.ofCell(t.cell as Cell<unknown>), id, now, this.values.atomic)
      case 'smpRmb':
        counts.fences++
        return this.host.rmb
      case 'smpWmb':
        counts.fences++
        return this.host.wmb
      case 'smpMb':
        counts.fences++
        return this.cache.drain(id, now) + this.host.mb
      case 'lock':
      case 'unlock':
        return this.cache.atomic(this.lines.of(t.x as Mutex), id, now, this.values.lock)
      case 'condWait':
      case 'condWoken':
        return this.cache.atomic(this.lines.of(t.y as Mutex), id, now, this.values.lock)
      case 'condSignal':
      case 'condBroadcast':
        return (t.x as Condition).waiters.length > 0 ? this.values['wake.call'] : this.values.atomic
      case 'gracePeriodStart':
        return this.startGracePeriod(m, t, now)
      case 'gracePeriodEnd':
        this.gracePeriods--
        return this.cache.drain(id, now) + this.cache.hit
      case 'callRcu':
        this.cache.store(this.lines.of(t.x as RcuHead), id, now)
        counts.atomics++
        return this.cache.atomic(this.queue, id, now, this.values.atomic)
      case 'callRcuCount':
        counts.atomics++
        return this.cache.atomic(this.queue, id, now, this.values.atomic)
      case 'awaitCallbacks':
      case 'dequeueCallback':
        return this.cache.atomic(this.queue, id, now, this.values.atomic)
      case 'srcuReadLock':
      case 'srcuReadUnlock':
        // A per-CPU counter and a full fence (kernel/rcu/srcutree.c).
        counts.fences++
        return this.cache.drain(id, now) + this.cache.hit + this.host.mb
      case 'alloc':
      case 'free':
        return this.values.malloc
      case 'cpuRelax':
        return this.values.pause
      default:
        return this.cache.hit
    }
  }

  private wide(t: Thread, now: number, extra: number, store: boolean): number {
    const id = t.id
    const line = this.lines.ofCell(t.cell as Cell<unknown>)
    const other = this.lines.ofCell(t.cell2 as Cell<unknown>)
    const access = (l: Line, at: number, cost: number): number =>
      this.host.wideExclusive
        ? this.cache.atomic(l, id, at, cost)
        : cost + (store ? this.cache.store(l, id, at) : this.cache.load(l, id, at))
    const first = access(line, now, extra)
    // No real machine is atomic across lines; a layout that needs this pays for both.
    return line === other ? first : first + access(other, now + first, extra)
  }

  /** Steps out of the section, and wakes a grace period that waits for this reader. */
  private leave(m: Machine, t: Thread, now: number): number {
    const left = this.cache.store(this.readers[t.id] as Line, t.id, now) + this.cache.hit
    return this.gracePeriods > 0 && m.rcu.waitsFor(t) ? left + this.values['wake.call'] : left
  }

  private startGracePeriod(m: Machine, t: Thread, now: number): number {
    this.gracePeriods++
    if (t.x !== m.rcu) return this.values['srcu.gracePeriod']
    let end = now + this.cache.drain(t.id, now) + this.values.membarrier
    end += this.cache.store(this.gracePeriodCounter, t.id, end)
    end += this.values.membarrier
    for (let i = 0; i < m.threads.length; i++)
      if (i !== t.id) end += this.cache.load(this.readers[i] as Line, t.id, end)
    return end - now
  }
}
