import type { BenchEnvironment, Host } from '#harness/define.js'
import type { Coroutine, Machine, Thread } from '#harness/machine/index.js'
import type { Board, RegionFix } from './board.js'
import { bootBoard, bootDevice } from './boot.js'
import {
  EmbeddingDevice,
  PrivateState,
  ReferringDevice,
  SeparateRegion,
  type Device,
  type RegionKind,
} from './entities.js'
import { addressSpaceRw, memoryRegionAddSubregion } from './memory.js'

export type RegionParameters = {
  readonly vcpus: number
  /** Of all vCPUs together, to the device that stays: a guest leaves a device alone that it is about to lose. */
  readonly accessesPerSecond: number
  readonly bar: RegionKind
  /** Microseconds that a callback takes. */
  readonly callback: number
  /** Microseconds of a TCG slice, one read-side section; 0 = KVM, a section for each access. */
  readonly slice: number
  /** Microseconds that the device's `exit` takes, under the BQL: back-ends to stop, queues to flush. */
  readonly exit: number
  readonly unplugsPerSecond: number
  /** Who unplugs: the main thread, or a vCPU in its own section. */
  readonly by: 'main' | 'guest'
  readonly milliseconds: number
  readonly host: Host
}

const MICROSECOND = 1_000
/** The slot that is plugged and unplugged, and the one that the vCPUs use. */
const HOTPLUGGED = 0
const USED = 1

/** The candidate with a device whose `exit` takes its time. */
export const withSlowExit = (fix: RegionFix, nanoseconds: number): RegionFix => ({
  ...fix,
  *pciExit(t, b, dev) {
    yield* t.sleep(nanoseconds)
    yield* fix.pciExit(t, b, dev)
  },
})

function* vcpu(
  t: Thread,
  b: Board,
  number: number,
  p: RegionParameters,
  env: BenchEnvironment,
): Coroutine<void> {
  const random = env.random(number)
  const think = (1e9 * p.vcpus) / p.accessesPerSecond
  for (;;) {
    yield* t.sleep(random.exponential(think))
    if (!env.goesOn(t)) return
    if (p.slice > 0) {
      yield* t.rcuReadLock()
      yield* t.sleep(p.slice * MICROSECOND)
    }
    const began = env.now(t)
    yield* addressSpaceRw(t, b, USED)
    env.sample('access', env.now(t) - began)
    if (p.slice > 0) yield* t.rcuReadUnlock()
  }
}

/** What the two who unplug and plug know of each other. */
interface Turns {
  over: boolean
  pluggerDone: boolean
}

/** One unplug in every interval, at a random time of its first half. */
function* unplugger(
  t: Thread,
  b: Board,
  turns: Turns,
  p: RegionParameters,
  env: BenchEnvironment,
): Coroutine<void> {
  const { bql } = t.machine
  const random = env.random(-1)
  const interval = 1e9 / p.unplugsPerSecond
  for (let n = 0; ; n++) {
    yield* t.sleep(Math.max(0, (n + random.fraction() / 2) * interval - env.now(t)))
    if (!env.goesOn(t)) break
    const dev = inSlot(b)
    if (dev === null) continue
    const began = env.now(t)
    if (p.by === 'guest') yield* t.rcuReadLock()
    env.removalBegins(t, dev)
    yield* t.lock(bql)
    yield* b.fix.deviceUnparent(t, b, dev)
    yield* t.unlock(bql)
    if (p.by === 'guest') yield* t.rcuReadUnlock()
    env.sample('unplug', env.now(t) - began)
  }
  turns.over = true
  yield* t.waitFor('the last plug', () => turns.pluggerDone)
  // Nothing is left behind, so that what leaks is a candidate's fault.
  yield* t.lock(bql)
  const last = inSlot(b)
  if (last) yield* b.fix.deviceUnparent(t, b, last)
  yield* t.unlock(bql)
}

const inSlot = (b: Board): Device | null => b.bus.devices[HOTPLUGGED]?.value ?? null

/** Another device is plugged a tenth of an interval after one has left the bus. */
function* plugger(t: Thread, b: Board, turns: Turns, p: RegionParameters): Coroutine<void> {
  const { bql } = t.machine
  for (let n = 0; ; n++) {
    yield* t.waitFor('an empty slot', () => turns.over || inSlot(b) === null)
    if (turns.over) break
    yield* t.sleep(1e8 / p.unplugsPerSecond)
    yield* t.lock(bql)
    yield* plug(t, b, n)
    yield* t.unlock(bql)
  }
  turns.pluggerDone = true
}

function* plug(t: Thread, b: Board, n: number): Coroutine<void> {
  const dev = yield* t.alloc(b.fix.device ?? EmbeddingDevice, `D0.${n}`)
  dev.slot = HOTPLUGGED
  if (dev instanceof ReferringDevice) dev.bar = yield* t.alloc(SeparateRegion, `D0.${n}.bar`)
  yield* t.plainWrite(dev.state, yield* t.alloc(PrivateState, `D0.${n}.state`))
  yield* t.plainWrite(dev.bar.owner, dev)
  yield* t.write(dev.ref, 1 + dev.refsOfRegion)
  yield* t.plainWrite(b.bus.devices[HOTPLUGGED] as (typeof b.bus.devices)[number], dev)
  yield* memoryRegionAddSubregion(t, b, HOTPLUGGED, dev.bar)
}

export function build(m: Machine, fix: RegionFix, p: RegionParameters, env: BenchEnvironment): void {
  const b = bootBoard(m, withSlowExit(fix, p.exit * MICROSECOND), p.callback * MICROSECOND)
  bootDevice(m, b, HOTPLUGGED, 'mmio')
  bootDevice(m, b, USED, p.bar)
  for (let i = 0; i < p.vcpus; i++) m.spawn(`vcpu${i}`, 'vcpu', (t) => vcpu(t, b, i, p, env))
  const turns: Turns = { over: false, pluggerDone: false }
  m.atStart(() => {
    turns.over = turns.pluggerDone = false
  })
  m.spawn(p.by, 'unplugger', (t) => unplugger(t, b, turns, p, env))
  m.spawn('management', 'plugger', (t) => plugger(t, b, turns, p))
  m.spawnCallRcu()
}
