import { z } from 'zod'
import type { BenchDescription, BenchEnvironment, Host } from '#harness/define.js'
import { Life, type Coroutine, type Machine, type Thread } from '#harness/machine/index.js'
import { FlatView, MemoryRegion, type AddressSpace } from './entities.js'
import { addressSpaceGetFlatview, transactionBegin, transactionCommit } from './memory.js'
import { pciBridgeWriteConfig } from './pci-bridge.js'
import type { FlatViewFix, World } from './world.js'
import { worldOf } from './boot.js'

export type FlatViewParameters = {
  readonly vcpus: number
  /** Of all vCPUs together. */
  readonly accessesPerSecond: number
  /** Writes to the bridge's registers; firmware and OS write six of them in a row. */
  readonly updatesPerSecond: number
  /** 1: each such burst is one transaction. */
  readonly oneTransaction: number
  readonly windows: number
  /** Threads that hold a transient reference to the FlatView, without the BQL, half of the time. */
  readonly migration: number
  readonly holdMilliseconds: number
  readonly milliseconds: number
  readonly host: Host
}

const BURST = 6

function* mainThread(t: Thread, w: World, p: FlatViewParameters, env: BenchEnvironment): Coroutine<void> {
  const { bql } = t.machine
  const random = env.random(-1)
  const interval = (BURST * 1e9) / p.updatesPerSecond
  for (let n = 0; ; n++) {
    yield* t.sleep(Math.max(0, (n + random.fraction()) * interval - env.now(t)))
    if (!env.goesOn(t)) return
    if (p.oneTransaction) {
      yield* t.lock(bql)
      yield* transactionBegin(t, w)
    }
    for (let i = 0; i < BURST; i++) {
      if (!p.oneTransaction) yield* t.lock(bql)
      const begin = env.now(t)
      const br = yield* t.plainRead(w.parent.child)
      if (br) yield* pciBridgeWriteConfig(t, w, br, (n + i) % 2, i % 3 !== 0)
      env.count('updates')
      env.sample('update', env.now(t) - begin)
      if (!p.oneTransaction) yield* t.unlock(bql)
    }
    if (p.oneTransaction) {
      yield* transactionCommit(t, w)
      yield* t.unlock(bql)
    }
  }
}

function* vcpu(
  t: Thread,
  as: AddressSpace,
  number: number,
  think: number,
  env: BenchEnvironment,
): Coroutine<void> {
  const random = env.random(number)
  for (;;) {
    yield* t.sleep(random.exponential(think))
    if (!env.goesOn(t)) return
    env.lookupBegins(t)
    yield* t.rcuReadLock()
    const view = yield* t.rcuDereference(as.currentMap)
    const [range] = view ? (yield* t.plainRead(view.rendering)).ranges : []
    if (range) yield* t.plainRead(range.mr.ops)
    yield* t.rcuReadUnlock()
    env.lookupEnds(t)
  }
}

function* migration(
  t: Thread,
  w: World,
  as: AddressSpace,
  hold: number,
  env: BenchEnvironment,
): Coroutine<void> {
  while (env.goesOn(t)) {
    const view = yield* addressSpaceGetFlatview(t, as)
    yield* t.sleep(hold)
    yield* w.fix.flatviewUnref(t, w, view)
    yield* t.sleep(hold)
  }
}

/** Looks at the heap at regular times: no step of its own costs anything. */
function* census(t: Thread, p: FlatViewParameters, env: BenchEnvironment): Coroutine<void> {
  for (;;) {
    yield* t.sleep(0.25e6)
    if (!env.goesOn(t)) return
    let alive = 0
    let deferred = 0
    let aliases = -p.windows
    for (const s of t.machine.structs) {
      if (s.life !== Life.Live) continue
      if (s instanceof FlatView) {
        alive++
        if (s.ref.value === 0) deferred++
      } else if (s instanceof MemoryRegion && s.allocation === s) aliases++
    }
    env.sample('alive', alive)
    env.sample('deferred', deferred)
    env.sample('aliases', Math.max(0, aliases))
  }
}

/** Tells the environment when views come to be, and when their last reference goes. */
function observed(fix: FlatViewFix, env: BenchEnvironment): FlatViewFix {
  return {
    ...fix,
    *flatviewNew(t, w, root) {
      env.count('created')
      return yield* fix.flatviewNew(t, w, root)
    },
    *flatviewUnref(t, w, view) {
      // Who drops the last one finds 1; whoever comes between leaves that to another.
      const last = view.ref.value === 1
      if (last) env.removalBegins(t, view)
      yield* fix.flatviewUnref(t, w, view)
    },
  }
}

function build(m: Machine, fix: FlatViewFix, p: FlatViewParameters, env: BenchEnvironment): void {
  const w = worldOf(m, observed(fix, env), { windows: p.windows, endpoint: true, otherOwner: false })
  const { as } = w.parent.spaces[0] as (typeof w.parent.spaces)[0]
  const think = (1e9 * p.vcpus) / p.accessesPerSecond
  for (let i = 0; i < p.vcpus; i++) m.spawn(`vcpu${i}`, 'vcpu', (t) => vcpu(t, as, i, think, env))
  m.spawn('main', 'main', (t) => mainThread(t, w, p, env))
  for (let i = 0; i < p.migration; i++)
    m.spawn('migration', 'migration', (t) => migration(t, w, as, p.holdMilliseconds * 1e6, env))
  m.spawn('census', 'census', (t) => census(t, p, env))
  m.spawnCallRcu()
}

export const bench: BenchDescription<FlatViewFix, FlatViewParameters> = {
  layout: {
    // include/system/memory.h on a 64-bit host.
    FlatView: [
      ['rcu', 16],
      ['ref', 4],
      ['ranges', 8],
      ['nr', 8],
      ['dispatch', 8],
      ['root', 8],
      ['*', 8],
    ],
  },
  metrics: {
    alive: { title: 'FlatViews alive', unit: 'views', better: 'lower' },
    deferred: { title: 'FlatViews that wait for a grace period', unit: 'views', better: 'lower' },
    aliases: { title: 'aliases replaced and not freed yet', unit: 'regions', better: 'lower' },
    created: { title: 'FlatViews created per update', unit: 'views', better: 'lower', per: 'updates' },
    update: { title: 'one update of the bridge, the BQL held', unit: 'ns', better: 'lower' },
    updates: { title: 'updates', unit: 'updates/s', better: 'higher' },
  },
  parameters: {
    vcpus: 2,
    accessesPerSecond: 10_000,
    updatesPerSecond: 100,
    oneTransaction: 0,
    windows: 6,
    migration: 0,
    holdMilliseconds: 1,
    milliseconds: 400,
    host: 'x86',
  },
  schema: z.object({
    vcpus: z.int().min(1).max(1024),
    accessesPerSecond: z.number().positive(),
    updatesPerSecond: z.number().positive(),
    oneTransaction: z.int().min(0).max(1),
    windows: z.int().min(1).max(6),
    migration: z.int().min(0).max(16),
    holdMilliseconds: z.number().positive(),
    milliseconds: z.number().positive(),
    host: z.enum(['x86', 'x86-cmpxchg16b', 'arm64']),
  }),
  threads: (p) => p.vcpus + p.migration + 3,
  build,
  paths: {},
}
