import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { Board } from './board.js'
import { freePrivateState, leaveBus, unrealize, updateMappings } from './device.js'
import type { Device, MemoryRegion } from './entities.js'
import * as memory from './memory.js'

/*
 * The functions that candidates change, as they are upstream. A candidate spreads `upstream` and replaces what
 * its patch touches.
 */
export const upstream = {
  /** `memory_region_ref`: a reference on the region's owner, not on the region. */
  *memoryRegionRef(t: Thread, _b: Board, mr: MemoryRegion): Coroutine<void> {
    const owner = yield* memory.ownerOf(t, mr)
    if (owner) yield* t.fetchAdd(owner.ref, 1)
  },

  *memoryRegionUnref(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void> {
    const owner = yield* memory.ownerOf(t, mr)
    if (owner) yield* b.fix.deviceUnref(t, b, owner)
  },

  /** `object_unparent` and `g_free` of a region that its device made at run time (H3-2). */
  *memoryRegionUnparent(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void> {
    yield* b.fix.memoryRegionFinalize(t, b, mr)
    yield* t.free(mr)
  },

  memoryRegionFinalize: memory.memoryRegionFinalize,
  memoryRegionTransactionCommit: memory.memoryRegionTransactionCommit,

  /** `flatview_read_continue`, where the access is not direct. */
  *mmioAccess(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void> {
    const locked = yield* memory.prepareMmioAccess(t, mr)
    yield* memory.memoryRegionDispatch(t, b, mr)
    if (locked) yield* t.unlock(t.machine.bql)
  },

  /** `pci_update_mappings` */
  pciUpdateMappings: updateMappings,

  /** The device's `exit`: private state goes, and with it memory that the device mapped itself. */
  *pciExit(t: Thread, _b: Board, dev: Device): Coroutine<void> {
    yield* freePrivateState(t, dev)
    if ((yield* t.plainRead(dev.bar.kind)) !== 'ram-ptr') return
    const block = yield* t.plainRead(dev.bar.ramBlock)
    if (block) yield* t.free(block)
  },

  /** `object_unparent`, `device_unparent`. The BQL is held. */
  *deviceUnparent(t: Thread, b: Board, dev: Device): Coroutine<void> {
    if (yield* t.read(dev.realized)) yield* unrealize(t, b, dev)
    yield* leaveBus(t, b, dev)
  },

  /** `object_unref` */
  *deviceUnref(t: Thread, b: Board, dev: Device): Coroutine<void> {
    if ((yield* t.fetchAdd(dev.ref, -1)) === 1) yield* b.fix.deviceFinalize(t, b, dev)
  },

  /** `object_finalize`: the child regions are unparented; the storage of an embedded one goes with the device. */
  *deviceFinalize(t: Thread, b: Board, dev: Device): Coroutine<void> {
    yield* b.fix.memoryRegionFinalize(t, b, dev.bar)
    yield* t.free(dev)
  },
}
