import type {
  BenchFile,
  Figure,
  FoundViolation,
  FuzzFile,
  FuzzResult,
  Simulation,
  Trace,
  TraceRow,
} from '#harness/results.js'

/*
 * Result files as `fuzz` and `bench` write them, made up: the race of seed 000 and figures of a plausible size.
 */

type Extra = Partial<Omit<TraceRow, 'step' | 'thread' | 'operation' | 'text'>>

/** Rows in the order of their steps; the operation is the first word of the text. */
function rowsOf(steps: readonly (readonly [thread: number, text: string, extra?: Extra])[]): TraceRow[] {
  return steps.map(([thread, text, extra = {}], step) => ({
    step,
    thread,
    operation: text.startsWith('(') ? 'drain' : (text.split(' ')[0] ?? ''),
    text,
    ...extra,
  }))
}

const line = (file: string, n: number, text: string): Extra => ({ source: { file, line: n, text } })
const cell = (label: string, value: string, from?: number): Extra => ({
  cell: label,
  object: label.split('.')[0] ?? '',
  value,
  ...(from === undefined ? {} : { from }),
})

const [VCPU0, VCPU1, MAIN, , CALL_RCU] = [0, 1, 2, 3, 4] as const
const MRU = 'ram_list.mru_block'
const lookup = line('upstream.ts', 59, 'const mru = yield* t.rcuDereference(ram.mruBlock)')

/** Seed 000: reader A finds X, X is removed, A makes it the MRU, X is freed, reader C uses the MRU. */
export const seedTrace: Trace = {
  threads: [
    { name: 'vcpu0', role: 'vcpu' },
    { name: 'vcpu1', role: 'vcpu' },
    { name: 'main', role: 'main' },
    { name: 'migration', role: 'migration' },
    { name: 'call_rcu', role: 'call_rcu' },
  ],
  rows: rowsOf([
    [VCPU0, 'rcuReadLock', line('actors.ts', 14, 'yield* t.rcuReadLock()')],
    [VCPU0, `rcuDereference ${MRU} -> NULL`, { ...cell(MRU, 'NULL', -1), ...lookup }],
    [
      VCPU0,
      'rcuDereference ram_list.blocks -> X',
      {
        ...cell('ram_list.blocks', 'X', -1),
        ...line('upstream.ts', 18, 'let block = yield* t.rcuDereference(ram.blocks)'),
      },
    ],
    [VCPU0, 'plainRead X.offset -> 0+16', cell('X.offset', '0+16', -1)],
    [MAIN, 'lock ram_list.mutex'],
    [MAIN, 'read X.next -> NULL', cell('X.next', 'NULL', -1)],
    [
      MAIN,
      'write ram_list.blocks = NULL',
      {
        ...cell('ram_list.blocks', 'NULL'),
        ...line('upstream.ts', 43, 'yield* t.write(link, yield* t.read(block.next))'),
      },
    ],
    [
      MAIN,
      `write ${MRU} = NULL`,
      { ...cell(MRU, 'NULL'), ...line('upstream.ts', 84, 'yield* t.write(ram.mruBlock, null)') },
    ],
    [
      MAIN,
      'callRcu X reclaimRamBlock',
      line('upstream.ts', 86, 'yield* t.callRcu(block.rcu, reclaimRamBlock, block)'),
    ],
    [MAIN, 'unlock ram_list.mutex'],
    [CALL_RCU, 'awaitCallbacks -> 1'],
    [CALL_RCU, 'gracePeriodStart rcu'],
    [
      VCPU0,
      `write ${MRU} = X`,
      {
        ...cell(MRU, 'X'),
        ...line('upstream.ts', 63, 'if (block) yield* t.write(ram.mruBlock, block)'),
      },
    ],
    [VCPU0, 'rcuReadUnlock', line('actors.ts', 31, 'yield* t.rcuReadUnlock()')],
    [CALL_RCU, 'gracePeriodEnd rcu'],
    [VCPU1, 'rcuReadLock', line('actors.ts', 14, 'yield* t.rcuReadLock()')],
    [VCPU1, `rcuDereference ${MRU} -> X`, { ...cell(MRU, 'X', 12), ...lookup }],
    [CALL_RCU, 'free X', { object: 'X', ...line('upstream.ts', 54, 'yield* t.free(block)') }],
    [
      VCPU1,
      'plainRead X.offset',
      {
        ...cell('X.offset', '0+16', -1),
        ...line('upstream.ts', 60, 'if (mru && covers(yield* t.plainRead(mru.range), addr)) return mru'),
      },
    ],
  ]),
  sections: [
    { thread: VCPU0, start: 0, end: 13 },
    { thread: VCPU1, start: 15, end: -1 },
  ],
  gracePeriods: [{ thread: CALL_RCU, start: 11, end: 14 }],
  violations: [
    {
      kind: 'use-after-free',
      severity: 'error',
      signature: 'use-after-free:RAMBlock.offset:vcpu:call_rcu',
      message: 'vcpu1 uses X.offset after call_rcu freed X',
      object: 'X',
      sites: [
        { thread: 'call_rcu', role: 'call_rcu', access: 'free X', step: 17 },
        { thread: 'vcpu1', role: 'vcpu', access: 'plainRead X.offset', step: 18 },
      ],
      concrete: true,
    },
  ],
}

/** The same steps, cut short before C comes: nothing orders C's use before the free. With a store buffer. */
export const bufferedTrace: Trace = {
  threads: [
    { name: 'vcpu0', role: 'vcpu' },
    { name: 'main', role: 'main' },
    { name: 'call_rcu', role: 'call_rcu' },
  ],
  rows: rowsOf([
    [0, 'rcuReadLock'],
    [0, `rcuDereference ${MRU} -> X`, cell(MRU, 'X', -1)],
    [1, `write ${MRU} = NULL`, cell(MRU, 'NULL')],
    [0, `loadAcquire ram_list.version -> 0`, { ...cell('ram_list.version', '0', -1), stale: true }],
    [1, `(${MRU} reaches memory)`],
    [0, 'plainRead X.offset -> 0+16', cell('X.offset', '0+16', -1)],
    [2, 'free X', { object: 'X' }],
  ]),
  sections: [{ thread: 0, start: 0, end: -1 }],
  gracePeriods: [],
  violations: [
    {
      kind: 'use-after-free',
      severity: 'error',
      signature: 'use-after-free:RAMBlock.offset:vcpu:call_rcu',
      message: "call_rcu frees X although nothing orders vcpu0's use of X.offset before it",
      object: 'X',
      sites: [
        { thread: 'vcpu0', role: 'vcpu', access: 'use X.offset', step: 5 },
        { thread: 'call_rcu', role: 'call_rcu', access: 'free X', step: 6 },
      ],
      concrete: false,
    },
  ],
}

export function found(trace: Trace, extra: Partial<FoundViolation> = {}): FoundViolation {
  const [violation] = trace.violations
  if (!violation) throw new Error('a trace without a violation')
  return {
    ...violation,
    firstExecution: 1234,
    file: 'corpus/ram-list/crash-uaf-1f2e3d.json',
    command: 'rcufuzz replay corpus/ram-list/crash-uaf-1f2e3d.json',
    switches: 6,
    events: 3,
    trace,
    ...extra,
  }
}

export function result(extra: Partial<FuzzResult> = {}): FuzzResult {
  return {
    system: 'ram-list',
    fix: 'baseline',
    title: 'Upstream before the thread: the MRU is cleared at removal only',
    source: 'system/physmem.c; seed 000',
    memoryModel: 'sc',
    expected: 'broken',
    executions: 1_000_000,
    steps: 38_000_000,
    seconds: 16.5,
    violations: [],
    notices: [],
    coverage: 812,
    corpus: 143,
    series: growth(812),
    ...extra,
  }
}

const growth = (end: number): FuzzResult['series'] =>
  Array.from({ length: 61 }, (_, i) => {
    const executions = Math.round(10 ** (i / 10))
    return { executions, points: Math.round(end * (1 - Math.exp(-executions / 20_000) * (1 - i / 80))) }
  })

const stale: FuzzResult['notices'][number] = {
  kind: 'stale-lookup',
  severity: 'notice',
  signature: 'stale-lookup:RAMBlock hb:vcpu',
  message: 'vcpu1 gets X, whose removal had returned before its section began (hb)',
  object: 'X',
  sites: [{ thread: 'vcpu1', role: 'vcpu', access: 'rcuDereference X', step: 12 }],
  concrete: true,
  firstExecution: 77,
}

const nested = {
  fix: 'nested-rcu-free',
  title: 'Reset the MRU after one grace period, free the block after a second one',
  source: 'Peter Xu, qemu-devel, June 2026 (seed 000)',
  expected: 'holds',
} as const
const seqlock = {
  fix: 'mru-version-seqlock',
  title: 'A version beside the MRU, checked like a seqlock; 128-bit atomic pair',
  source: 'Paolo Bonzini, qemu-devel, June 2026 (seed 000)',
  expected: 'holds',
} as const
const torn = {
  fix: 'mru-version-plain-pair',
  title: 'The same with two plain stores instead of the atomic pair',
  source: 'made for this report',
  expected: 'broken',
} as const

export const fuzzFile: FuzzFile = {
  version: 1,
  kind: 'fuzz',
  seed: 1,
  command: 'rcufuzz fuzz ram-list --memory-model all --runs 1000000 --seed 1',
  results: [
    result({ violations: [found(seedTrace)] }),
    result({
      memoryModel: 'tso',
      coverage: 903,
      series: growth(903),
      violations: [found(seedTrace, { firstExecution: 812 }), found(bufferedTrace, { firstExecution: 90 })],
    }),
    result({ memoryModel: 'weak', coverage: 1204, series: growth(1204), violations: [found(seedTrace)] }),
    result({ ...nested, coverage: 870, series: growth(870), notices: [stale] }),
    result({ ...nested, memoryModel: 'tso', coverage: 990, series: growth(990) }),
    result({ ...nested, memoryModel: 'weak', coverage: 1310, series: growth(1310) }),
    result({ ...seqlock, coverage: 1010, series: growth(1010) }),
    result({ ...seqlock, memoryModel: 'tso', coverage: 1100, series: growth(1100) }),
    result({
      ...seqlock,
      memoryModel: 'weak',
      coverage: 1500,
      series: growth(1500),
      violations: [found(bufferedTrace, { firstExecution: 345_678 })],
    }),
    result({ ...torn, coverage: 700, series: growth(700), seconds: undefined }),
  ],
}

const SPEED: Readonly<Record<string, number>> = {
  baseline: 9.4,
  'nested-rcu-free': 9.4,
  'mru-version-seqlock': 12.1,
  'no-mru': 41,
}
const BASE = { vcpus: 4, blocks: 8, hitRate: 0.9, unplugsPerSecond: 10, milliseconds: 50, host: 'x86' }

function figure(value: number, distribution = false): Figure {
  const spread = [0.99, 1.01, 0.98, 1.02, 1]
  return {
    value,
    interval: value * 0.02,
    samples: 1_200_000,
    replications: spread.map((f) => value * f),
    ...(distribution && {
      distribution: {
        p10: value * 0.4,
        p25: value * 0.5,
        p50: value * 0.6,
        p75: value,
        p90: value * 1.5,
        p95: value * 3,
        p99: value * 8,
        p999: value * 21,
        p9999: value * 40,
        max: value * 90,
      },
      intervals: {
        p10: 0,
        p25: 0,
        p50: 0,
        p75: 0,
        p90: 0,
        p95: 0,
        p99: value,
        p999: value * 2,
        p9999: value * 9,
      },
    }),
  }
}

function simulation(fix: string, workload: string, changed: Simulation['parameters'] = {}): Simulation {
  const parameters: Simulation['parameters'] = { ...BASE, ...changed }
  const mean = (SPEED[fix] ?? 10) * (1 + Number(parameters['vcpus']) / 16)
  const removed = fix === 'no-mru' ? 0 : Number(parameters['unplugsPerSecond']) / 20_000
  const missReasons: Simulation['missReasons'] =
    fix === 'no-mru'
      ? { 'no MRU': 1 }
      : {
          'other block': 0.1,
          'reset by removal': removed,
          ...(fix.includes('version') ? { 'version changed': removed } : {}),
        }
  const missRate = fix === 'no-mru' ? 1 : 0.1 + removed
  const nested = fix === 'nested-rcu-free'
  return {
    system: 'ram-list',
    fix,
    workload,
    parameters,
    metrics: {
      latency: figure(mean, true),
      missRate: figure(missRate * 100),
      loads: figure(3.4),
      fences: figure(fix.includes('version') ? 1 : 0),
      timeToFree: figure(nested ? 21_400_000 : 10_700_000, true),
      unreclaimed: figure(nested ? 4 : 2),
    },
    missReasons,
    unreclaimed: [
      { milliseconds: 0, objects: 0 },
      { milliseconds: 10, objects: nested ? 4 : 2 },
      { milliseconds: 50, objects: 0 },
    ],
    violations: [],
  }
}

const WORKLOADS = [
  'typical',
  'vcpus-1',
  'vcpus-2',
  'vcpus-8',
  'vcpus-16',
  'vcpus-64',
  'hotplug-0',
  'hotplug-100',
  'hotplug-1000',
  'arm64',
]

export const benchFile: BenchFile = {
  version: 3,
  kind: 'bench',
  seed: 7,
  command: 'rcufuzz bench ram-list --seed 7',
  environment: { rcufuzz: '0.1.0', node: 'v20.20.2', platform: 'linux x64', cpu: 'AMD EPYC', cores: 2 },
  systems: {
    'ram-list': {
      title: 'The RAM list and its most-recently-used block',
      metrics: {
        latency: { title: 'Lookup latency', unit: 'ns', better: 'lower' },
        missRate: { title: 'Miss rate', unit: '%', better: 'lower' },
        loads: { title: 'Loads', unit: '/lookup', better: 'lower' },
        fences: { title: 'Fences', unit: '/lookup', better: 'lower' },
        timeToFree: { title: 'From removal to free', unit: 'ns', better: 'lower' },
        unreclaimed: { title: 'Unreclaimed objects', unit: 'objects', better: 'lower' },
      },
      workloads: Object.fromEntries(WORKLOADS.map((w) => [w, { title: `the ${w} workload` }])),
    },
  },
  costs: {
    hit: { value: 1, unit: 'ns', source: 'measured, Zen 4 VM: L1 load 0.3-1.2 ns' },
    transfer: {
      value: 97,
      unit: 'ns',
      source: 'measured, Zen 4 VM: one way of a cache-line ping-pong of 193 ns',
    },
    'call_rcu.poll': {
      value: 10_000_000,
      unit: 'ns',
      source: 'util/rcu.c, call_rcu_thread: g_usleep(10000)',
    },
  },
  simulations: Object.keys(SPEED).flatMap((fix) => [
    simulation(fix, 'typical'),
    ...[1, 2, 8, 16, 64].map((vcpus) => simulation(fix, `vcpus-${vcpus}`, { vcpus })),
    ...[0, 100, 1000].map((unplugsPerSecond) =>
      simulation(fix, `hotplug-${unplugsPerSecond}`, { unplugsPerSecond }),
    ),
    simulation(fix, 'arm64', { host: 'arm64' }),
  ]),
  wallClock: Object.entries(SPEED).flatMap(([fix, ns]) =>
    ['hit', 'miss'].map((path) => ({
      system: 'ram-list',
      fix,
      path,
      nanoseconds: path === 'hit' ? ns / 2 : ns * 3,
      samples: 90,
      low: ns / 3,
      high: ns * 4,
      interval: [ns / 2, ns * 2] as [number, number],
      relative: ns / 9.4,
    })),
  ),
}

/** Many crashes of ten candidates, each `factor` times as long as the seed's. */
export function crowd(crashes: number, factor: number): FuzzFile {
  const length = seedTrace.rows.length
  const long: Trace = {
    ...seedTrace,
    rows: Array.from({ length: factor }, (_, k) =>
      seedTrace.rows.map((row) => ({ ...row, step: row.step + k * length })),
    ).flat(),
  }
  const results = Array.from({ length: 10 }, (_, i) =>
    result({
      fix: `candidate-${i}-with-a-name-that-is-longer-than-anybody-would-like-to-read-it`,
      violations: Array.from({ length: crashes / 10 }, (__, k) =>
        found(long, { signature: `use-after-free:RAMBlock.field${k}:vcpu:call_rcu` }),
      ),
    }),
  )
  return { ...fuzzFile, results }
}

const evil = `<script>alert("1")</script>&'`
const evilTrace: Trace = {
  ...bufferedTrace,
  threads: bufferedTrace.threads.map((t) => ({ ...t, name: evil })),
  rows: bufferedTrace.rows.map((r) => ({ ...r, text: evil, source: { file: evil, line: 1, text: evil } })),
}
const evilViolation = found(evilTrace, {
  kind: evil,
  message: evil,
  signature: evil,
  file: evil,
  command: evil,
})

/** Every text that a file can bring tries to become an element. */
export const hostile: {
  title: string
  fuzz: FuzzFile
  bench: BenchFile
  matrices: Record<string, Record<string, Record<string, string[]>>>
} = {
  title: evil,
  matrices: { [evil]: { [evil]: { [evil]: [evil] } } },
  fuzz: {
    ...fuzzFile,
    command: evil,
    results: [
      result({
        system: evil,
        fix: evil,
        title: evil,
        source: evil,
        violations: [evilViolation],
        notices: [{ ...stale, kind: evil, message: evil }],
      }),
    ],
  },
  bench: {
    ...benchFile,
    command: evil,
    environment: { rcufuzz: evil, node: evil, platform: evil, cpu: evil, cores: 1 },
    systems: {
      [evil]: {
        title: evil,
        metrics: { latency: { title: evil, unit: evil, better: 'lower' } },
        workloads: { [evil]: { title: evil, source: evil } },
      },
    },
    costs: { [evil]: { value: 1, unit: evil, source: evil } },
    simulations: benchFile.simulations.map((s) => ({
      ...s,
      system: evil,
      fix: s.fix + evil,
      workload: evil,
      parameters: { ...s.parameters, [evil]: evil },
      missReasons: { [evil]: 0.1 },
    })),
    wallClock: benchFile.wallClock.map((w) => ({ ...w, system: evil, fix: evil, path: evil })),
  },
}
