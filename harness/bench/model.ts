import type { Host, StructLayout } from '../define.js'
import type { CostModel } from '../drivers/timed.js'
import type { Machine, Thread } from '../machine/index.js'
import type { RcuHead } from '../machine/rcu.js'
import type { Condition, Mutex } from '../machine/sync.js'
import { COSTS, HOSTS, type HostCosts } from './costs.js'
import { Lines, type Line, type Place } from './lines.js'

const HIT = COSTS.hit.value
const POLL = COSTS['call_rcu.poll'].value

/** What a thread has done so far. */
export interface Counts {
  loads: number
  stores: number
  atomics: number
  fences: number
  transfers: number
}

/** Sees every step before it is carried out. */
export interface Watcher {
  begin(machine: Machine): void
  step(machine: Machine, t: Thread, now: number, end: number): void
}

/**
 * What each operation costs: cache-line ownership after MESI, plus the parameters of `costs.ts`. The rules are
 * written down in docs/cost-model.md; every deviation from a real machine is named there.
 */
export class CacheModel implements CostModel {
  readonly counts: Counts[] = []
  private readonly lines: Lines
  private readonly host: HostCosts
  /** util/rcu.c: `rcu_gp_ctr`, each thread's `rcu_reader`, the queue's tail and count. */
  private readonly gracePeriodCounter: Line
  private readonly queue: Line
  private readonly readers: Line[] = []
  /** By thread: when its store buffer is empty. */
  private readonly drained: Float64Array
  /** By thread: how often the call_rcu thread has looked at too short a queue. */
  private readonly tries: Int32Array
  private gracePeriods = 0

  constructor(
    private readonly capacity: number,
    layout: { readonly [type: string]: StructLayout },
    host: Host,
    private readonly watcher: Watcher | null = null,
  ) {
    this.lines = new Lines(capacity, layout)
    this.host = HOSTS[host]
    this.gracePeriodCounter = this.lines.fresh()
    this.queue = this.lines.fresh()
    for (let i = 0; i < capacity; i++) {
      this.readers.push(this.lines.fresh())
      this.counts.push({ loads: 0, stores: 0, atomics: 0, fences: 0, transfers: 0 })
    }
    this.drained = new Float64Array(capacity)
    this.tries = new Int32Array(capacity)
  }

  begin(m: Machine): void {
    this.lines.reset()
    for (const s of m.structs) this.lines.lay(s)
    this.drained.fill(0)
    this.tries.fill(0)
    this.gracePeriods = 0
    for (const c of this.counts) c.loads = c.stores = c.atomics = c.fences = c.transfers = 0
    this.watcher?.begin(m)
  }

  charge(m: Machine, t: Thread, now: number): number {
    const cost = this.cost(m, t, now)
    if (this.watcher) this.watcher.step(m, t, now, now + cost)
    return cost
  }

  postpone(m: Machine, t: Thread): number {
    if (t.operation?.name !== 'awaitCallbacks') return 0
    const enough = m.callbacks.counted >= COSTS['call_rcu.batch'].value
    if (enough || (this.tries[t.id] as number) >= COSTS['call_rcu.tries'].value) {
      this.tries[t.id] = 0
      return 0
    }
    ;(this.tries[t.id] as number)++
    return POLL
  }

  resume(t: Thread, since: number, event: number): number {
    switch (t.operation?.name) {
      case 'cpuRelax':
        return Math.max(since, event)
      case 'awaitCallbacks':
        // With nothing to do the thread sleeps once before it waits for the event.
        return Math.max(since + POLL, event + COSTS.wake.value)
      default:
        return Math.max(since, event + COSTS.wake.value)
    }
  }

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
        return this.load(this.lines.of(t.cell as Place), id, now)
      case 'write':
      case 'plainWrite':
      case 'storeRelease':
      case 'rcuAssignPointer':
        counts.stores++
        return this.store(this.lines.of(t.cell as Place), id, now)
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
        return this.atomic(this.lines.of(t.cell as Place), id, now, COSTS.cmpxchg.value)
      case 'xchg':
      case 'fetchAdd':
        counts.atomics++
        return this.atomic(this.lines.of(t.cell as Place), id, now, COSTS.atomic.value)
      case 'smpRmb':
        counts.fences++
        return this.host.rmb
      case 'smpWmb':
        counts.fences++
        return this.host.wmb
      case 'smpMb':
        counts.fences++
        return this.drain(id, now) + this.host.mb
      case 'rcuReadLock':
        if (t.rcuDepth > 0) return HIT
        return this.load(this.gracePeriodCounter, id, now) + this.store(this.readers[id] as Line, id, now)
      case 'rcuReadUnlock':
        if (t.rcuDepth > 1) return HIT
        return this.leave(m, t, now)
      case 'lock':
      case 'unlock':
        return this.atomic(this.lines.of(t.x as Mutex), id, now, COSTS.lock.value)
      case 'condWait':
      case 'condWoken':
        return this.atomic(this.lines.of(t.y as Mutex), id, now, COSTS.lock.value)
      case 'condSignal':
      case 'condBroadcast':
        return (t.x as Condition).waiters.length > 0 ? COSTS['wake.call'].value : COSTS.atomic.value
      case 'gracePeriodStart':
        return this.startGracePeriod(m, t, now)
      case 'gracePeriodEnd':
        this.gracePeriods--
        return this.drain(id, now) + HIT
      case 'callRcu':
        this.store(this.lines.of(t.x as RcuHead), id, now)
        counts.atomics++
        return this.atomic(this.queue, id, now, COSTS.atomic.value)
      case 'callRcuCount':
        counts.atomics++
        return this.atomic(this.queue, id, now, COSTS.atomic.value)
      case 'awaitCallbacks':
      case 'dequeueCallback':
        return this.atomic(this.queue, id, now, COSTS.atomic.value)
      case 'srcuReadLock':
      case 'srcuReadUnlock':
        // A per-CPU counter and a full fence (kernel/rcu/srcutree.c).
        counts.fences++
        return this.drain(id, now) + HIT + this.host.mb
      case 'alloc':
      case 'free':
        return COSTS.malloc.value
      case 'cpuRelax':
        return COSTS.pause.value
      default:
        return HIT
    }
  }

  /** A copy, from whoever has the line; any number of cores can fetch one at the same time. */
  private load(line: Line, id: number, now: number): number {
    if (line.isCopiedBy(id)) return HIT
    const wait = Math.max(0, line.free - now)
    const fetch = this.fetch(line, id)
    line.share(id)
    return wait + fetch + HIT
  }

  /** Goes to the store buffer at once; from there the line is fetched in the background, in program order. */
  private store(line: Line, id: number, now: number): number {
    if (line.owner !== id) {
      const start = Math.max(now, line.free, this.drained[id] as number)
      this.drained[id] = line.free = start + this.fetch(line, id)
      line.take(id)
    }
    return HIT
  }

  /** Waits for the store buffer, and for the line; the next core gets it when this one is done. */
  private atomic(line: Line, id: number, now: number, cost: number): number {
    let end = now + this.drain(id, now)
    if (line.owner !== id) {
      end = Math.max(end, line.free) + this.fetch(line, id)
      line.take(id)
    }
    line.free = end += cost
    return end - now
  }

  private drain(id: number, now: number): number {
    return Math.max(0, (this.drained[id] as number) - now)
  }

  private fetch(line: Line, id: number): number {
    if (!line.cached) return COSTS.memory.value
    ;(this.counts[id] as Counts).transfers++
    return COSTS.transfer.value
  }

  private wide(t: Thread, now: number, extra: number, store: boolean): number {
    const id = t.id
    const line = this.lines.of(t.cell as Place)
    const other = this.lines.of(t.cell2 as Place)
    const access = (l: Line, at: number, cost: number): number =>
      this.host.wideExclusive
        ? this.atomic(l, id, at, cost)
        : cost + (store ? this.store(l, id, at) : this.load(l, id, at))
    const first = access(line, now, extra)
    // No real machine is atomic across lines; a layout that needs this pays for both.
    return line === other ? first : first + access(other, now + first, extra)
  }

  /** Steps out of the section, and wakes a grace period that waits for this reader. */
  private leave(m: Machine, t: Thread, now: number): number {
    const left = this.store(this.readers[t.id] as Line, t.id, now) + HIT
    return this.gracePeriods > 0 && m.rcu.waitsFor(t) ? left + COSTS['wake.call'].value : left
  }

  private startGracePeriod(m: Machine, t: Thread, now: number): number {
    this.gracePeriods++
    if (t.x !== m.rcu) return COSTS['srcu.gracePeriod'].value
    let end = now + this.drain(t.id, now) + COSTS.membarrier.value
    end += this.store(this.gracePeriodCounter, t.id, end)
    end += COSTS.membarrier.value
    for (let i = 0; i < m.threads.length; i++)
      if (i !== t.id) end += this.load(this.readers[i] as Line, t.id, end)
    return end - now
  }
}
