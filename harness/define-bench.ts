import type { z } from 'zod'
import type { Coroutine, Machine, Struct, Thread } from './machine/index.js'

/** The hosts that the cost model knows: they differ in fences and in 16-byte atomics (`bench/costs.ts`). */
export type Host = 'x86' | 'x86-cmpxchg16b' | 'arm64'

/** What every workload has; a system adds its own. */
export type BenchParameters = Readonly<Record<string, number | string>> & {
  /** Length of one replication, in simulated time. */
  readonly milliseconds: number
  readonly host: Host
}

/**
 * How the fields of a C struct lie in memory, in order: name and size in bytes. `*` stands for the fields that
 * are not named here (a candidate's own), 8 bytes each; a name that the system does not model is padding.
 * The struct begins on a cache line.
 */
export type StructLayout = readonly (readonly [field: string, bytes: number])[]

/** The fields that tell what a lookup did, as `Type.field`. All about hits and misses is derived from these. */
export interface LookupFields {
  /** The pointer that the cache offers. */
  readonly cache: string
  /** What it is validated with, if anything; odd = a change is under way. */
  readonly version?: string
  /** A lookup that reads this one goes the long way: a miss. */
  readonly walk: string
  /** Read of every object that the cache or the walk looks at, if that is something else. */
  readonly visit?: string
}

/**
 * A figure of the system's own, beside those that every system gets. What is sampled is given as mean,
 * percentiles and maximum; what is counted as a rate. Each is compared between candidates with its interval.
 */
export interface Metric {
  readonly title: string
  /** `ns` is written as ns, µs, ms or s, whichever reads best. */
  readonly unit: string
  readonly better: 'lower' | 'higher'
  /**
   * Of what is counted: the counted metric, or `removal`, `lookup` or `second`, that it is a share of. Default: per
   * second, and no figure where nothing was counted. With the unit `%` shares are given in percent.
   */
  readonly per?: string
  /**
   * The harness samples it, whatever the candidate does: how long threads of a role hold the BQL at a time, or
   * how many grace periods end from the beginning of a removal to the free. Default: the processes feed it.
   */
  readonly observed?: { readonly bqlHeldBy: string } | 'grace-periods-to-free'
}

/** A stream of random numbers of its own, a function of the seed and the stream's number. */
export interface RandomStream {
  /** Uniform in [0, 1). */
  fraction(): number
  /** Uniform in 0..n-1. */
  below(n: number): number
  exponential(mean: number): number
}

/** What the processes of a workload are given. */
export interface BenchEnvironment {
  /** Simulated time of a thread, in nanoseconds. */
  now(t: Thread): number
  /** False when the replication is over, and the thread should end. */
  goesOn(t: Thread): boolean
  random(stream: number): RandomStream
  lookupBegins(t: Thread): void
  lookupEnds(t: Thread): void
  /** The removal of an object begins; it ends when the object is freed. */
  removalBegins(t: Thread, object: Struct): void
  /** Adds to one of the system's own metrics; what happens in the warm-up is left out. */
  count(metric: string, n?: number): void
  /** One value of one of the system's own metrics, a waiting time say. */
  sample(metric: string, value: number): void
}

/** One workload of `workloads.yaml` in the system's folder, or of a user's file. */
export interface Workload<P> {
  readonly title: string
  /** Where its parameters come from. */
  readonly source?: string
  /** What differs from the base parameters. */
  readonly parameters: Partial<P>
  /** Part of the quick set. */
  readonly quick?: boolean
}

/**
 * One call that is timed by the wall clock: `prepare` puts what it needs on a machine and returns the call,
 * which is given its serial number. It is written in operations like everything else, and run without them:
 * the harness strips `function*` and `yield*` from the source.
 */
export interface BenchPath<Fix> {
  readonly title: string
  prepare(machine: Machine, fix: Fix): (t: Thread, i: number) => Coroutine<unknown>
}

/** How a system is measured. */
export interface BenchDescription<Fix, P extends BenchParameters = BenchParameters> {
  readonly layout: { readonly [type: string]: StructLayout }
  /** For a system whose readers look something up behind a cache: tells hits from misses. */
  readonly lookup?: LookupFields
  /** What else is measured, through `count` and `sample` of the environment. */
  readonly metrics?: { readonly [name: string]: Metric }
  /** The base that every workload of `workloads.yaml` varies. */
  readonly parameters: P
  /** What values they may have, beyond being of the base's type; checked for every workload and sweep. */
  readonly schema?: z.ZodType<P>
  threads(parameters: P): number
  /** Puts entities and workload processes on a fresh machine. */
  build(machine: Machine, fix: Fix, parameters: P, environment: BenchEnvironment): void
  readonly paths: { readonly [name: string]: BenchPath<Fix> }
}
