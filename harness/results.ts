import { z } from 'zod'
import { MEMORY_MODELS } from './machine/index.js'

/**
 * The result files that `fuzz` and `bench` write and `report` reads: the only thing that passes between
 * them. A reader refuses another version instead of guessing.
 */
export const RESULTS_VERSION = 1

const site = z.object({ thread: z.string(), role: z.string(), access: z.string(), step: z.int() })

export const violationSchema = z.object({
  kind: z.string(),
  severity: z.enum(['error', 'notice']),
  signature: z.string(),
  message: z.string(),
  object: z.string(),
  sites: z.array(site).readonly(),
  concrete: z.boolean(),
})

/** One step of a traced execution, as a line of the column table. */
const row = z.object({
  step: z.int().describe('counted from 0'),
  thread: z.int().describe('index into `threads`'),
  operation: z.string().describe('name of the operation, or `drain` for a store that leaves its buffer'),
  text: z.string().describe('what a person reads, e.g. `write ram_list.mru_block = X`'),
  cell: z.string().optional().describe('label of the cell accessed'),
  object: z.string().optional().describe('label of the object accessed, allocated or freed'),
  value: z.string().optional().describe('what was read or stored'),
  from: z.int().optional().describe('step of the store that was read; -1 for the initial value'),
  stale: z.boolean().optional().describe('a newer value was in memory'),
  source: z
    .object({ file: z.string(), line: z.int(), text: z.string() })
    .optional()
    .describe('the line of the candidate or system that asked for this step'),
})

/** An execution, step by step: what `replay` prints and the report draws. */
export const traceSchema = z.object({
  threads: z.array(z.object({ name: z.string(), role: z.string() })),
  rows: z.array(row),
  gracePeriods: z.array(
    z.object({ thread: z.int(), start: z.int(), end: z.int().describe('step; -1 when it never ended') }),
  ),
  sections: z.array(
    z.object({ thread: z.int(), start: z.int(), end: z.int().describe('step; -1 when never left') }),
  ),
  violations: z.array(violationSchema),
})

const coveragePoint = z.object({ executions: z.int(), points: z.int() })

export const fuzzResultSchema = z.object({
  system: z.string(),
  fix: z.string(),
  title: z.string(),
  source: z.string(),
  memoryModel: z.enum(MEMORY_MODELS),
  expected: z.enum(['holds', 'broken']).describe('what the candidate file says for this memory model'),
  expectedKinds: z.array(z.string()).optional().describe('the kinds it names; any, where it names none'),
  executions: z.int(),
  steps: z.int(),
  seconds: z.number().optional().describe('on stdout only: a results file is the same for the same seed'),
  violations: z.array(
    violationSchema.extend({
      firstExecution: z.int().describe('counted from 1'),
      file: z.string().describe('where it was stored, relative to the results file; empty if it was not'),
      command: z.string().describe('replays it'),
      switches: z.int().describe('context switches of the minimized interleaving'),
      events: z.int().describe('events of the minimized scenario'),
      trace: traceSchema,
    }),
  ),
  notices: z.array(violationSchema.extend({ firstExecution: z.int() })),
  coverage: z.int(),
  corpus: z.int().describe('inputs kept because they reached something new'),
  series: z.array(coveragePoint),
  problem: z
    .object({
      problem: z.enum(['throws', 'hangs', 'runs out of memory', 'dies']),
      message: z.string(),
      fix: z.string().describe('by name or path'),
      scenario: z.unknown().optional().describe('that it was running'),
    })
    .optional()
    .describe('why the candidate could not be fuzzed to the end'),
})

/** What an interleaving that broke one candidate did to the others, under the same memory model. */
const crossing = z.object({
  system: z.string(),
  memoryModel: z.enum(MEMORY_MODELS),
  fix: z.string(),
  signature: z.string(),
  file: z.string(),
  breaks: z.record(z.string(), z.array(z.string())).describe('kinds of violation, by candidate'),
})

export const fuzzFileSchema = z.object({
  version: z.literal(RESULTS_VERSION),
  kind: z.literal('fuzz'),
  seed: z.int(),
  command: z.string(),
  results: z.array(fuzzResultSchema),
  matrix: z.array(crossing).optional(),
})

/** How an exhaustive search of one candidate under one memory model ended. */
export const verifyResultSchema = z.object({
  system: z.string(),
  fix: z.string(),
  title: z.string(),
  source: z.string(),
  memoryModel: z.enum(MEMORY_MODELS),
  expected: z.enum(['holds', 'broken']),
  expectedKinds: z.array(z.string()).optional(),
  outcome: z.enum(['verified', 'violated', 'unfinished']),
  bound: z
    .string()
    .describe('what was explored: `readers=2,lookups=2,unplugs=1`, `scenario same-offset`, `all scenarios`'),
  budget: z
    .object({
      kind: z.enum(['preemptions', 'delays']),
      limit: z.int().describe('up to which the search came'),
      cut: z.boolean().describe('whether it has left anything out'),
    })
    .optional(),
  reduction: z
    .enum(['states', 'commuting', 'all'])
    .describe('`states`: each state once; `all`: every interleaving, as the system declares no books'),
  executions: z.int().describe('the sum of the next three'),
  complete: z.int().describe('ran to their end'),
  known: z.int().describe('broken off in a state that was met before'),
  blocked: z.int().describe('broken off because what could follow was equivalent to what was run'),
  states: z.int(),
  transitions: z.int(),
  steps: z.int(),
  depth: z.int().describe('steps of the longest execution'),
  share: z.number().describe('of the whole search; an estimate until it is 1'),
  checkpoint: z.string().optional().describe('from which `--resume` goes on'),
  seconds: z.number().optional().describe('on stdout only'),
  violations: fuzzResultSchema.shape.violations,
  notices: fuzzResultSchema.shape.notices.describe('seen on the way; there may be others'),
})

export const verifyFileSchema = z.object({
  version: z.literal(RESULTS_VERSION),
  kind: z.literal('verify'),
  command: z.string(),
  results: z.array(verifyResultSchema),
})

/** What a figure means. `ns` is written as ns, µs, ms or s; `%` is a share of a hundred. */
export const metricSchema = z.object({
  title: z.string(),
  unit: z.string(),
  better: z.enum(['lower', 'higher']),
})

export const PERCENTILES = {
  p10: 10,
  p25: 25,
  p50: 50,
  p75: 75,
  p90: 90,
  p95: 95,
  p99: 99,
  p999: 99.9,
  p9999: 99.99,
} as const
export type Percentile = keyof typeof PERCENTILES

/** Those that a sample is large enough for. */
const percentiles = z.object(
  Object.fromEntries(Object.keys(PERCENTILES).map((p) => [p, z.number().optional()])) as Record<
    Percentile,
    z.ZodOptional<z.ZodNumber>
  >,
)

/** One metric of a candidate under a workload. */
export const figureSchema = z.object({
  value: z.number().describe('mean of what was sampled, or rate of what was counted'),
  interval: z.number().describe('95 % confidence half-width of the value over replications'),
  samples: z.number().describe('how many values, or how much of what a count is a share of'),
  replications: z.array(z.number()).describe('the value of each replication that has one'),
  distribution: percentiles
    .extend({ max: z.number() })
    .optional()
    .describe(
      'of what was sampled, over all replications; a percentile that too few values tell is left out',
    ),
  intervals: percentiles.optional().describe('95 % half-widths of the percentiles'),
})

/** Simulated time: what one candidate costs under one workload. */
export const simulationSchema = z.object({
  system: z.string(),
  fix: z.string(),
  workload: z.string(),
  parameters: z.record(z.string(), z.union([z.number(), z.string()])),
  metrics: z.record(z.string(), figureSchema).describe('in the order of the system, the main one first'),
  missReasons: z.record(z.string(), z.number()).describe('share of all lookups, by reason'),
  unreclaimed: z
    .array(z.object({ milliseconds: z.number(), objects: z.number() }))
    .describe('objects removed and not yet freed, over the time of the first replication'),
  violations: z.array(violationSchema).describe('what broke while it was measured'),
})

/** Wall clock of the lookup path alone, the scheduler stripped away. */
export const wallClockSchema = z.object({
  system: z.string(),
  fix: z.string(),
  path: z.string(),
  nanoseconds: z.number().describe('median per call'),
  samples: z.int().describe('each of many calls'),
  low: z.number().describe('10th percentile of the samples'),
  high: z.number().describe('90th percentile'),
  interval: z.tuple([z.number(), z.number()]).describe('95 % confidence interval of the median'),
  relative: z.number().describe('against the first candidate of the list, same path'),
})

/** Of the file that `bench` writes. */
export const BENCH_VERSION = 3

export const benchFileSchema = z.object({
  version: z.literal(BENCH_VERSION),
  kind: z.literal('bench'),
  seed: z.int(),
  command: z.string(),
  environment: z
    .object({ rcufuzz: z.string(), node: z.string(), platform: z.string(), cpu: z.string(), cores: z.int() })
    .describe('where it was measured; simulated time does not depend on it'),
  systems: z.record(
    z.string(),
    z.object({
      title: z.string(),
      metrics: z.record(z.string(), metricSchema),
      workloads: z.record(z.string(), z.object({ title: z.string(), source: z.string().optional() })),
    }),
  ),
  costs: z.record(z.string(), z.object({ value: z.number(), unit: z.string(), source: z.string() })),
  simulations: z.array(simulationSchema),
  wallClock: z.array(wallClockSchema),
})

export type Trace = z.infer<typeof traceSchema>
export type TraceRow = Trace['rows'][number]
export type FuzzResult = z.infer<typeof fuzzResultSchema>
export type FoundViolation = FuzzResult['violations'][number]
export type Crossing = z.infer<typeof crossing>
export type VerifyResult = z.infer<typeof verifyResultSchema>
export type VerifyFile = z.infer<typeof verifyFileSchema>
export type FuzzFile = z.infer<typeof fuzzFileSchema>
export type Metric = z.infer<typeof metricSchema>
export type Figure = z.infer<typeof figureSchema>
export type Simulation = z.infer<typeof simulationSchema>
export type WallClock = z.infer<typeof wallClockSchema>
export type BenchFile = z.infer<typeof benchFileSchema>

/** Whether a result is what the candidate's file says: it holds, or it breaks in no other way than named. */
export function asExpected({
  expected,
  expectedKinds,
  violations,
}: Pick<FuzzResult, 'expected' | 'expectedKinds' | 'violations'>): boolean {
  if ((expected === 'broken') !== violations.length > 0) return false
  return !expectedKinds?.length || violations.every((v) => expectedKinds.includes(v.kind))
}
