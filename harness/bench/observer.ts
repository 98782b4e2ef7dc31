import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { BenchEnvironment, LookupFields, Metric, RandomStream } from '../define.js'
import type { TimedDriver } from '../drivers/timed.js'
import type { Machine, Struct, Thread } from '../machine/index.js'
import { FieldSet, Lookup, type MissReason } from './lookups.js'
import type { Counts } from './cache.js'
import { Holds } from './holds.js'
import { Measure } from './measure.js'
import type { Watcher } from './model.js'
import { Stream } from './random.js'
import { Removals } from './removals.js'

/** Latencies are recorded in hundredths of a nanosecond: a histogram holds whole numbers. */
export const TICKS = 100
/** Share of a replication that is not counted: caches are cold in it. */
const WARM_UP = 0.1

/** What one replication has to say of its lookups. */
export interface Replication {
  lookups: number
  latency: number
  misses: number
}

/** Books lookups and removals while a workload runs; gives its processes what they need to know. */
export class Observer implements Watcher, BenchEnvironment {
  readonly histogram: RecordableHistogram = createHistogram({ figures: 3 })
  readonly replications: Replication[] = []
  readonly reasons = new Map<MissReason, number>()
  readonly removals = new Removals()
  readonly total: Counts = { loads: 0, stores: 0, atomics: 0, fences: 0, transfers: 0 }
  /** The system's own metrics. */
  readonly metrics: ReadonlyMap<string, Measure>
  walkLength = 0
  private readonly holds = new Holds()
  /** The metrics that the harness feeds: by role of who holds the BQL, and of removals. */
  private readonly heldBy = new Map<string, string>()
  private readonly gracePeriodsToFree: string[] = []
  private replication: Replication = { lookups: 0, latency: 0, misses: 0 }
  private readonly lookups: Lookup[] = []
  private readonly before: Counts[] = []
  private readonly streams = new Map<number, Stream>()
  private readonly fields: FieldSet | null
  /** When the last step began. */
  private clock = 0
  private driver!: TimedDriver
  private counts!: readonly Counts[]
  private seed = 0

  constructor(
    capacity: number,
    fields: LookupFields | undefined,
    metrics: { readonly [name: string]: Metric },
    /** Length of a replication. */
    private readonly nanoseconds: number,
  ) {
    this.fields = fields ? new FieldSet(fields) : null
    this.metrics = new Map(Object.keys(metrics).map((name) => [name, new Measure()]))
    for (const [name, { observed }] of Object.entries(metrics))
      if (observed === 'grace-periods-to-free') this.gracePeriodsToFree.push(name)
      else if (observed) this.heldBy.set(observed.bqlHeldBy, name)
    for (let i = 0; i < capacity; i++) {
      this.lookups.push(new Lookup())
      this.before.push({ loads: 0, stores: 0, atomics: 0, fences: 0, transfers: 0 })
    }
  }

  /** The clock and the counters come from the driver and the model, which are given this observer first. */
  attach(driver: TimedDriver, counts: readonly Counts[]): void {
    this.driver = driver
    this.counts = counts
  }

  seeded(seed: number): void {
    this.seed = seed
    for (const stream of this.streams.values()) stream.begin(seed)
  }

  begin(): void {
    this.replication = { lookups: 0, latency: 0, misses: 0 }
    this.replications.push(this.replication)
    this.removals.begin()
    this.clock = 0
    for (const m of this.metrics.values()) m.begin()
    for (const l of this.lookups) l.active = false
  }

  step(m: Machine, t: Thread, now: number, end: number): void {
    this.clock = now
    const lookup = this.lookups[t.id] as Lookup
    if (lookup.active) this.fields?.observe(t, lookup)
    const gracePeriods = this.removals.step(m, t, now)
    if (gracePeriods >= 0) for (const metric of this.gracePeriodsToFree) this.sample(metric, gracePeriods)
    const held = this.holds.step(m, t, end)
    const metric = held < 0 ? undefined : this.heldBy.get(t.role)
    if (metric !== undefined) this.sample(metric, held)
  }

  now(t: Thread): number {
    return this.driver.time[t.id] as number
  }

  goesOn(t: Thread): boolean {
    return this.now(t) < this.nanoseconds
  }

  random(number: number): RandomStream {
    let stream = this.streams.get(number)
    if (!stream) {
      this.streams.set(number, (stream = new Stream(number)))
      stream.begin(this.seed)
    }
    return stream
  }

  lookupBegins(t: Thread): void {
    ;(this.lookups[t.id] as Lookup).begin(this.now(t))
    copy(this.before[t.id] as Counts, this.counts[t.id] as Counts)
  }

  lookupEnds(t: Thread): void {
    const lookup = this.lookups[t.id] as Lookup
    lookup.active = false
    if (lookup.began < this.nanoseconds * WARM_UP) return
    const latency = this.now(t) - lookup.began
    this.histogram.record(Math.max(1, Math.round(latency * TICKS)))
    this.replication.lookups++
    this.replication.latency += latency
    this.add(this.before[t.id] as Counts, this.counts[t.id] as Counts)
    if (!lookup.walked) return
    this.replication.misses++
    this.walkLength += lookup.walkLength
    const reason = lookup.reason()
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1)
  }

  removalBegins(t: Thread, object: Struct): void {
    this.removals.removalBegins(object, this.now(t), this.warm)
  }

  count(metric: string, n = 1): void {
    const measure = this.metric(metric)
    if (this.warm) measure.count(n)
  }

  sample(metric: string, value: number): void {
    const measure = this.metric(metric)
    if (this.warm) measure.sample(value)
  }

  /** By replication: what a count of a metric is divided by. */
  wholes(per: string | undefined): readonly number[] {
    if (per === 'lookup') return this.replications.map((r) => r.lookups)
    if (per === 'removal') return this.removals.begunBy
    if (per !== undefined) return this.metric(per).sums
    return this.replications.map(() => (this.nanoseconds * (1 - WARM_UP)) / 1e9)
  }

  private get warm(): boolean {
    return this.clock >= this.nanoseconds * WARM_UP
  }

  private metric(name: string): Measure {
    const measure = this.metrics.get(name)
    if (!measure) throw new RangeError(`the benchmark declares no metric ${name}`)
    return measure
  }

  private add(before: Counts, after: Counts): void {
    this.total.loads += after.loads - before.loads
    this.total.stores += after.stores - before.stores
    this.total.atomics += after.atomics - before.atomics
    this.total.fences += after.fences - before.fences
    this.total.transfers += after.transfers - before.transfers
  }
}

function copy(to: Counts, from: Counts): void {
  to.loads = from.loads
  to.stores = from.stores
  to.atomics = from.atomics
  to.fences = from.fences
  to.transfers = from.transfers
}
