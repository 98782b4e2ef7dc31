import type { Coroutine, Thread } from '#harness/machine/index.js'
import { addressSpaceGetFlatview, transactionBegin, transactionCommit } from './memory.js'
import { pciBridgeWriteConfig, plugBridge, plugIommu, unplugBridge, unplugIommu } from './pci-bridge.js'
import type { AddressSpace } from './entities.js'
import type { Access, MainEvent } from './scenario.js'
import type { World } from './world.js'

/** The main thread, or whoever has the BQL. An event that makes no sense by now does nothing. */
export function* mainThread(t: Thread, w: World, events: readonly MainEvent[]): Coroutine<void> {
  for (const event of events) {
    yield* t.lock(t.machine.bql)
    yield* perform(t, w, event)
    yield* t.unlock(t.machine.bql)
  }
}

function* perform(t: Thread, w: World, event: MainEvent): Coroutine<void> {
  switch (event.do) {
    case 'config-write': {
      const br = yield* t.plainRead(w.parent.child)
      if (br) yield* pciBridgeWriteConfig(t, w, br, event.base, event.open)
      return
    }
    case 'plug':
      if ((yield* t.plainRead(w.parent.child)) === null) yield* plugBridge(t, w)
      return
    case 'unplug': {
      const br = yield* t.plainRead(w.parent.child)
      if (br) yield* unplugBridge(t, w, br)
      return
    }
    case 'plug-iommu':
      if ((yield* t.plainRead(w.machine.iommu)) === null) yield* plugIommu(t, w, event.offset)
      return
    case 'unplug-iommu': {
      const iommu = yield* t.plainRead(w.machine.iommu)
      if (iommu) yield* unplugIommu(t, w, iommu)
      return
    }
    case 'transaction':
      yield* transactionBegin(t, w)
      for (const e of event.events) yield* perform(t, w, e)
      yield* transactionCommit(t, w)
      return
    case 'drain':
      yield* t.drainCallRcu()
      return
    case 'info-mtree':
      for (const as of yield* t.plainRead(w.memory.addressSpaces)) {
        const view = yield* addressSpaceGetFlatview(t, as)
        yield* w.fix.mtreePrintFlatview(t, view)
        yield* w.fix.flatviewUnref(t, w, view)
      }
  }
}

/** The I/O space of the parent bridge: the one whose view has an alias of the other bridge as its root. */
const ioSpace = (w: World): AddressSpace => (w.parent.spaces[0] as (typeof w.parent.spaces)[0]).as

/** The migration thread, as `memory_region_clear_dirty_bitmap` does: a reference to the view, and no BQL. */
export function* migration(t: Thread, w: World, passes: number): Coroutine<void> {
  for (let pass = 0; pass < passes; pass++) {
    const view = yield* addressSpaceGetFlatview(t, ioSpace(w))
    const { ranges } = yield* t.plainRead(view.rendering)
    for (const { mr } of ranges) yield* t.plainRead(mr.ops)
    yield* w.fix.flatviewUnref(t, w, view)
  }
}

/** A vCPU looks an address up and goes to the device that has it. */
export function* vcpu(t: Thread, w: World, accesses: readonly Access[]): Coroutine<void> {
  for (const { bql } of accesses) {
    yield* t.rcuReadLock()
    const view = yield* t.rcuDereference(ioSpace(w).currentMap)
    const [range] = view ? (yield* t.plainRead(view.rendering)).ranges : []
    if (bql) yield* t.lock(t.machine.bql)
    if (range) yield* t.plainRead(range.mr.ops)
    if (bql) yield* t.unlock(t.machine.bql)
    yield* t.rcuReadUnlock()
  }
}
