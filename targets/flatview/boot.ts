import type {
  Cell,
  Coroutine,
  Machine,
  Op,
  RcuHead,
  Struct,
  StructClass,
  Thread,
} from '#harness/machine/index.js'
import { bridgeClass, Config, FlatViews, MachineState, MemoryGlobals } from './entities.js'
import { addressSpaceInit } from './memory.js'
import { pciBridgeInitSpaces, plugEndpoint } from './pci-bridge.js'
import type { Scenario } from './scenario.js'
import { Names, type FlatViewFix, type World } from './world.js'

/**
 * The operations of a `Thread` that run alone, before the first step, and put what they store where every
 * execution starts from. So the machine boots with the candidate's own code.
 */
class BootThread {
  readonly id = 0

  constructor(readonly machine: Machine) {}

  plainRead<T>(cell: Cell<T>): Op<T> {
    return done(cell.value)
  }

  plainWrite<T>(cell: Cell<T>, value: T): Op<void> {
    this.machine.init(cell, value)
    return done(undefined)
  }

  rcuAssignPointer<T>(cell: Cell<T>, value: T): Op<void> {
    return this.plainWrite(cell, value)
  }

  fetchAdd(cell: Cell<number>, n: number): Op<number> {
    const old = cell.value
    this.machine.init(cell, old + n)
    return done(old)
  }

  alloc<S extends Struct>(type: StructClass<S>, name: string): Op<S> {
    return done(this.machine.heap(type, name))
  }

  callRcu(head: RcuHead): never {
    throw new RangeError(`${head.owner.label} is freed before the first step`)
  }

  holds(): boolean {
    return true
  }

  note<T>(value: T): T {
    return value
  }
}

function* done<T>(value: T): Coroutine<T> {
  return value
}

/** Globals, and the machine as it is after booting: `bridge` behind the parent bridge, its windows open at 0. */
export function worldOf(
  m: Machine,
  fix: FlatViewFix,
  s: Pick<Scenario, 'windows' | 'endpoint' | 'otherOwner'>,
): World {
  const spaces = s.windows > 1 ? 2 : 1
  const world: World = {
    fix,
    memory: m.global(MemoryGlobals, 'memory'),
    flatViews: m.global(FlatViews, 'flat_views'),
    parent: m.global(bridgeClass(0, spaces, true), 'parent'),
    machine: m.global(MachineState, 'machine'),
    bridge: bridgeClass(s.windows, spaces, fix.windows === 'embedded'),
    endpoint: s.endpoint,
    otherOwner: s.otherOwner,
    names: new Names(),
  }
  run(powerOn(new BootThread(m) as unknown as Thread, world))
  world.names.booted()
  m.atStart(() => {
    world.names.reset()
  })
  return world
}

function run(coroutine: Coroutine<void>): void {
  if (coroutine.next().done !== true) throw new RangeError('an operation that booting does not know')
}

/** One transaction, and views are rendered when it is over, so that none is thrown away. */
function* powerOn(t: Thread, w: World): Coroutine<void> {
  const { transactionDepth, updatePending } = w.memory
  yield* t.plainWrite(transactionDepth, 1)
  yield* pciBridgeInitSpaces(t, w, w.parent)
  const br = yield* t.alloc(w.bridge, w.names.device('bridge'))
  yield* t.plainWrite(br.config, new Config(0, true))
  yield* pciBridgeInitSpaces(t, w, br)
  yield* w.fix.pciBridgeRegionInit(t, w, br)
  yield* t.plainWrite(w.parent.child, br)
  if (w.endpoint) yield* plugEndpoint(t, w, br)
  yield* t.plainWrite(transactionDepth, 0)
  yield* t.plainWrite(updatePending, 0)
  // The empty view: one reference of the hash, one for ever.
  const empty = yield* w.fix.flatviewNew(t, w, null)
  yield* t.plainWrite(empty.ref, 2)
  yield* t.plainWrite(w.flatViews.views[0] as NonNullable<(typeof w.flatViews.views)[0]>, empty)
  for (const { as } of [...w.parent.spaces, ...br.spaces]) yield* addressSpaceInit(t, w, as)
}
