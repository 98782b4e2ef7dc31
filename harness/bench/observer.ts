import type { BenchDescription, BenchEnvironment, Metric, RandomStream } from '../define.js'
import type { TimedDriver } from '../drivers/timed.js'
import type { Machine, Struct, Thread } from '../machine/index.js'
import type { Figure, Simulation } from '../results.js'
import { Holds } from './holds.js'
import { FieldSet, Lookup, type MissReason } from './lookups.js'
import type { Counts } from './cache.js'
import { Measure, round } from './measure.js'
import { metricsOf, type HarnessMetric } from './metrics.js'
import type { Watcher } from './model.js'
import { Stream } from './random.js'
import { Removals } from './removals.js'
import { share } from './statistics.js'

/** Share of a replication that is not counted: caches are cold in it. */
export const WARM_UP = 0.1
/** Points of the curve of unreclaimed objects. */
const POINTS = 48

/** Books lookups and removals while a workload runs; gives its processes what they need to know. */
export class Observer implements Watcher, BenchEnvironment {
  readonly metrics: Readonly<Record<string, Metric>>
  private readonly measures = new Map<string, Measure>()
  private readonly latency: Measure
  private readonly missRate: Measure
  private readonly walkLength: Measure
  private readonly costs: Readonly<Record<keyof Counts, Measure>>
  private readonly reasons = new Map<MissReason, number>()
  private readonly removals = new Removals()
  private readonly dropped = new Measure()
  private readonly holds = new Holds()
  /** By replication: lookups, misses and removals after the warm-up. */
  private readonly lookupsBy: number[] = []
  private readonly missesBy: number[] = []
  private readonly removalsBy: number[] = []
  private unreclaimed: Simulation['unreclaimed'] | null = null
  /** The metrics that the harness feeds if asked: by role of who holds the BQL, and of removals. */
  private readonly heldBy = new Map<string, string>()
  private readonly gracePeriodsToFree: string[] = []
  private readonly lookups: Lookup[] = []
  private readonly before: Counts[] = []
  private readonly streams = new Map<number, Stream>()
  private readonly fields: FieldSet | null
  private driver!: TimedDriver
  private counts!: readonly Counts[]
  private seed = 0
  /** When the last step began. */
  private clock = 0
  private misses = 0
  private lookupsDone = 0
  private removalsBegun = 0
  /** Transfers of the warm-up; -1 in it. */
  private transfersBefore = -1

  constructor(
    capacity: number,
    private readonly bench: Pick<BenchDescription<never>, 'lookup' | 'metrics'>,
    /** Length of a replication. */
    private readonly nanoseconds: number,
  ) {
    this.fields = bench.lookup ? new FieldSet(bench.lookup) : null
    this.metrics = metricsOf(bench)
    for (const [name, { observed }] of Object.entries(this.metrics)) {
      this.measures.set(name, new Measure())
      if (observed === 'grace-periods-to-free') this.gracePeriodsToFree.push(name)
      else if (observed) this.heldBy.set(observed.bqlHeldBy, name)
    }
    this.latency = this.fed('latency')
    this.missRate = this.fed('missRate')
    this.walkLength = this.fed('walkLength')
    this.costs = {
      loads: this.fed('loads'),
      stores: this.fed('stores'),
      atomics: this.fed('atomics'),
      fences: this.fed('fences'),
      transfers: this.fed('transfers'),
    }
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
    this.removals.begin()
    this.clock = this.misses = this.lookupsDone = this.removalsBegun = 0
    this.transfersBefore = -1
    for (const m of this.measures.values()) m.begin()
    for (const l of this.lookups) l.active = false
  }

  /** A replication is over. */
  end(): void {
    const { removals } = this
    if (removals.begun > 0) {
      this.fed('gracePeriods').count(removals.gracePeriods)
      this.fed('peakUnreclaimed').sample(removals.peak)
      this.fed('unreclaimed').sample(removals.mean(this.clock))
      this.unreclaimed ??= curve(removals.series, this.clock)
    }
    if (this.transfersBefore >= 0) this.fed('lineTransfers').count(this.transfers() - this.transfersBefore)
    for (const m of this.measures.values()) m.end()
    this.lookupsBy.push(this.lookupsDone)
    this.missesBy.push(this.misses)
    this.removalsBy.push(this.removalsBegun)
    this.begunBy.push(removals.begun)
  }

  private readonly begunBy: number[] = []

  step(m: Machine, t: Thread, now: number, end: number): void {
    this.clock = now
    if (this.transfersBefore < 0 && this.warm) this.transfersBefore = this.transfers()
    const lookup = this.lookups[t.id] as Lookup
    if (lookup.active) this.fields?.observe(t, lookup)
    if ((t.operation as NonNullable<typeof t.operation>).looks) return
    const freed = this.removals.step(m, t, now)
    if (freed) {
      this.fed('timeToFree').sample(freed.after)
      for (const metric of this.gracePeriodsToFree) this.sample(metric, freed.gracePeriods)
    }
    if (this.heldBy.size === 0) return
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
    const to = this.before[t.id] as Counts
    const from = this.counts[t.id] as Counts
    to.loads = from.loads
    to.stores = from.stores
    to.atomics = from.atomics
    to.fences = from.fences
    to.transfers = from.transfers
  }

  lookupEnds(t: Thread): void {
    const lookup = this.lookups[t.id] as Lookup
    lookup.active = false
    if (lookup.began < this.nanoseconds * WARM_UP) return
    this.latency.sample(this.now(t) - lookup.began)
    this.lookupsDone++
    const before = this.before[t.id] as Counts
    const after = this.counts[t.id] as Counts
    this.costs.loads.count(after.loads - before.loads)
    this.costs.stores.count(after.stores - before.stores)
    this.costs.atomics.count(after.atomics - before.atomics)
    this.costs.fences.count(after.fences - before.fences)
    this.costs.transfers.count(after.transfers - before.transfers)
    if (!lookup.walked) return
    this.misses++
    this.missRate.count(1)
    this.walkLength.count(lookup.walkLength)
    const reason = lookup.reason()
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1)
  }

  removalBegins(t: Thread, object: Struct): void {
    if (this.warm) this.removalsBegun++
    this.removals.removalBegins(object, this.now(t))
  }

  count(metric: string, n = 1): void {
    const measure = this.measure(metric)
    if (this.warm) measure.count(n)
  }

  sample(metric: string, value: number): void {
    const measure = this.measure(metric)
    if (this.warm) measure.sample(value)
  }

  /** What all replications together say. */
  result(): Pick<Simulation, 'metrics' | 'missReasons' | 'unreclaimed'> {
    const metrics: Record<string, Figure> = {}
    for (const [name, metric] of Object.entries(this.metrics)) {
      const scale = metric.per !== undefined && metric.unit === '%' ? 100 : 1
      const counted = metric.per !== undefined
      const figure = this.measure(name).figure(this.wholes(name, metric.per), scale, counted)
      if (figure) metrics[name] = figure
    }
    const lookups = this.lookupsBy.reduce((a, b) => a + b, 0)
    return {
      metrics,
      missReasons: Object.fromEntries(
        [...this.reasons].sort().map(([reason, n]) => [reason, round(share(n, lookups))]),
      ),
      unreclaimed: this.unreclaimed ?? [],
    }
  }

  /** By replication: what a count of a metric is divided by. */
  private wholes(name: string, per: string | undefined): readonly number[] {
    // Callbacks of removals in the warm-up are run after it: all are counted.
    if (per === 'removal' && this.measure(name) === this.fed('gracePeriods')) return this.begunBy
    if (per === 'lookup') return this.lookupsBy
    if (per === 'miss') return this.missesBy
    if (per === 'removal') return this.removalsBy
    if (per !== undefined && per !== 'second') return this.measure(per).sums
    return this.lookupsBy.map(() => (this.nanoseconds * (1 - WARM_UP)) / 1e9)
  }

  private get warm(): boolean {
    return this.clock >= this.nanoseconds * WARM_UP
  }

  /** What the harness books on; dropped where the system has no such metric, or one of its own of that name. */
  private fed(name: HarnessMetric): Measure {
    const own = this.bench.metrics !== undefined && name in this.bench.metrics
    return (own ? undefined : this.measures.get(name)) ?? this.dropped
  }

  private measure(name: string): Measure {
    const measure = this.measures.get(name)
    if (!measure) throw new RangeError(`the benchmark declares no metric ${name}`)
    return measure
  }

  private transfers(): number {
    return this.counts.reduce((n, c) => n + c.transfers, 0)
  }
}

/** The steps of a count over time, thinned out to what a plot can show. */
function curve(series: readonly { at: number; objects: number }[], end: number): Simulation['unreclaimed'] {
  const points = series.filter((p, i) => series[i + 1]?.at !== p.at)
  const every = Math.max(1, Math.ceil(points.length / POINTS))
  // Of the points that are left out, the highest stands for all.
  const kept: typeof points = []
  for (let i = 0; i < points.length; i += every)
    kept.push(points.slice(i, i + every).reduce((a, b) => (b.objects > a.objects ? b : a)))
  const last = points.at(-1)
  if (last && kept.at(-1) !== last) kept.push(last)
  return [{ at: 0, objects: 0 }, ...kept, { at: end, objects: last?.objects ?? 0 }].map(
    ({ at, objects }) => ({
      milliseconds: Number((at / 1e6).toPrecision(5)),
      objects,
    }),
  )
}
