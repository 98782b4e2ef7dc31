import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { Board } from './board.js'
import { freePrivateState } from './device.js'
import type { Device, MemoryRegion } from './entities.js'
import { ownerOf, qemuRamFree, memoryRegionDispatch, prepareMmioAccess } from './memory.js'
import { upstream } from './upstream.js'

/*
 * Akihiko Odaki, 22 June 2026 (seed 002): reject accesses to regions that unrealized devices own; and unmap
 * memory when its region is finalized, not before, "as memory_region_init_ram() already does".
 */

/** Whether a callback may be called; else the access is a bus error. */
export function* ownerRealized(t: Thread, mr: MemoryRegion): Coroutine<boolean> {
  const owner = yield* ownerOf(t, mr)
  return owner === null || (yield* t.read(owner.realized)) === 1
}

export const reject = {
  ...upstream,

  *mmioAccess(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void> {
    const locked = yield* prepareMmioAccess(t, mr)
    if (yield* ownerRealized(t, mr)) yield* memoryRegionDispatch(t, b, mr)
    if (locked) yield* t.unlock(t.machine.bql)
  },

  *pciExit(t: Thread, _b: Board, dev: Device): Coroutine<void> {
    yield* freePrivateState(t, dev)
  },

  /** Direct accesses and mappings are over: whoever could still reach the region held a reference. */
  *memoryRegionFinalize(t: Thread, _b: Board, mr: MemoryRegion): Coroutine<void> {
    t.assert(t.holds(t.machine.bql), 'bql_locked() in memory_region_finalize')
    yield* qemuRamFree(t, mr)
  },
}

/** `prepare_mmio_access` without `lockless_io`: every callback runs under the BQL. */
export function* mmioAccessUnderBql(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void> {
  const { bql } = t.machine
  const locked = !t.holds(bql)
  if (locked) yield* t.lock(bql)
  if (yield* ownerRealized(t, mr)) yield* memoryRegionDispatch(t, b, mr)
  if (locked) yield* t.unlock(bql)
}
