import type { Coroutine, Thread } from '#harness/machine/index.js'
import { parking, regionUnmapped } from './asynchronous.js'
import type { Mapping, MemoryRegion, RAMBlock } from './entities.js'
import { isContained, memoryRegionFromHost, objectUnref, regionDestructor } from './memory-api.js'
import { unlinkRegion } from './upstream.js'
import type { Answer, Server } from './server.js'

/** The last reference is gone: the block leaves the list, and one grace period later its readers are gone, too. */
export function* finalizeRegion(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
  const block = (yield* t.plainRead(mr.ramBlock)) as RAMBlock
  const mapping = (yield* t.plainRead(block.host)) as Mapping
  yield* regionDestructor(t, s, mr)
  yield* t.callRcu(mr.rcu, regionUnmapped, s, mr, mapping)
}

/** References are the region's own; FlatViews and the users of `address_space_map` hold them. */
export const byReference = {
  ...parking,
  references: 'region' as const,

  *dmaUnregister(t: Thread, s: Server, mapping: Mapping): Coroutine<Answer> {
    const mr = yield* memoryRegionFromHost(t, s, mapping)
    // The library may ask again, when it is reset while the first request is pending.
    if (mr && (yield* isContained(t, s, mr))) yield* unlinkRegion(t, s, mr)
    return 'EBUSY'
  },

  *memoryRegionRef(t: Thread, _s: Server, mr: MemoryRegion): Coroutine<void> {
    yield* t.fetchAdd(mr.ref, 1)
  },

  *memoryRegionUnref(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
    yield* objectUnref(t, s, mr)
  },

  /** In a callback, so that it has the BQL whoever dropped the last reference. */
  *memoryRegionFinalize(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
    yield* t.callRcu(mr.rcu, finalizeRegion, s, mr)
  },
}
