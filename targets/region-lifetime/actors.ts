import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { Board } from './board.js'
import { Holder, SLOTS, type Device, type MemoryRegion } from './entities.js'
import {
  addressSpaceMap,
  addressSpaceRw,
  addressSpaceUnmap,
  memoryRegionDelSubregion,
  memoryRegionTransactionBegin,
} from './memory.js'
import type { MainEvent, MapUser, Scenario, VcpuEvent } from './scenario.js'

/** A vCPU. Each access has a read-side section of its own; under TCG they are nested in that of the slice. */
export function* vcpu(t: Thread, b: Board, { slice, events }: Scenario['vcpus'][number]): Coroutine<void> {
  if (slice) yield* t.rcuReadLock()
  for (const e of events)
    if (e.do === 'access') yield* addressSpaceRw(t, b, e.slot)
    else yield* guestWrite(t, b, e)
  if (slice) yield* t.rcuReadUnlock()
}

/** A write to a register of the board (PCI configuration space, ACPI hotplug): it is dispatched like any MMIO. */
function* guestWrite(t: Thread, b: Board, e: Exclude<VcpuEvent, { do: 'access' }>): Coroutine<void> {
  const { bql } = t.machine
  yield* t.rcuReadLock()
  yield* t.lock(bql)
  if (e.do === 'eject') yield* unplug(t, b, e.slot)
  else {
    const dev = yield* onBus(t, b, e.slot)
    if (dev) {
      yield* t.plainWrite(dev.command, Number(e.enable))
      yield* b.fix.pciUpdateMappings(t, b, dev)
    }
  }
  yield* t.unlock(bql)
  yield* t.rcuReadUnlock()
}

function* onBus(t: Thread, { bus }: Board, slot: number): Coroutine<Device | null> {
  return yield* t.plainRead(bus.devices[slot] as (typeof bus.devices)[number])
}

/** The hotplug handler: unparents what it finds in the slot. */
function* unplug(t: Thread, b: Board, slot: number): Coroutine<void> {
  const dev = yield* onBus(t, b, slot)
  if (dev) yield* b.fix.deviceUnparent(t, b, dev)
}

/** An I/O request of another device, into or out of the BAR. */
export function* mapUser(t: Thread, b: Board, { slot, held, completes }: MapUser): Coroutine<void> {
  const { bql } = t.machine
  const mapping = yield* addressSpaceMap(t, b, slot)
  if (!mapping) return
  for (let i = 0; i < held; i++) yield* t.synchronizeRcu()
  yield* t.read(mapping.block.host)
  if (completes === 'bottom-half') yield* t.lock(bql)
  yield* addressSpaceUnmap(t, b, mapping)
  if (completes === 'bottom-half') yield* t.unlock(bql)
}

/** The main thread. An event that makes no sense by now does nothing. */
export function* mainThread(
  t: Thread,
  b: Board,
  events: readonly MainEvent[],
  page: MemoryRegion | null,
): Coroutine<void> {
  const { bql } = t.machine
  for (const e of events) {
    yield* t.lock(bql)
    if (e.do === 'drain') yield* t.drainCallRcu()
    else if (e.do === 'unplug-all') yield* inTransaction(t, b, slots)
    else if (e.do === 'drop-region') {
      if (page) {
        yield* memoryRegionDelSubregion(t, b, 1, page)
        yield* b.fix.memoryRegionUnparent(t, b, page)
      }
    } else if (e.from === 'main') yield* unplug(t, b, e.slot)
    else if (e.from === 'transaction') yield* inTransaction(t, b, [e.slot])
    else {
      const holder = yield* t.alloc(Holder, 'holder')
      yield* t.callRcu(holder.rcu, holderDestroy, b, holder, e.slot)
    }
    yield* t.unlock(bql)
  }
}

const slots = Array.from({ length: SLOTS }, (_, slot) => slot)

function* inTransaction(t: Thread, b: Board, slots: readonly number[]): Coroutine<void> {
  yield* memoryRegionTransactionBegin(t, b)
  for (const slot of slots) yield* unplug(t, b, slot)
  yield* b.fix.memoryRegionTransactionCommit(t, b)
}

function* holderDestroy(t: Thread, b: Board, holder: Holder, slot: number): Coroutine<void> {
  yield* unplug(t, b, slot)
  yield* t.free(holder)
}
