import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { Board } from './board.js'
import { ReferringDevice, type SeparateRegion } from './entities.js'

/*
 * The RFC's `memory_region_new` (seed 002): a region is an allocation of its own. It is its child property's
 * until it is unparented, and whoever uses it refers to itself, not to its owner.
 */

export const separate = {
  device: ReferringDevice,

  *memoryRegionRef(t: Thread, _b: Board, mr: SeparateRegion): Coroutine<void> {
    yield* t.fetchAdd(mr.ref, 1)
  },

  *memoryRegionUnref(t: Thread, b: Board, mr: SeparateRegion): Coroutine<void> {
    if ((yield* t.fetchAdd(mr.ref, -1)) !== 1) return
    yield* b.fix.memoryRegionFinalize(t, b, mr)
    yield* t.free(mr)
  },

  /** Drops the child property's reference. */
  *memoryRegionUnparent(t: Thread, b: Board, mr: SeparateRegion): Coroutine<void> {
    yield* b.fix.memoryRegionUnref(t, b, mr)
  },

  *deviceFinalize(t: Thread, b: Board, dev: ReferringDevice): Coroutine<void> {
    yield* b.fix.memoryRegionUnparent(t, b, dev.bar)
    yield* t.free(dev)
  },
}
