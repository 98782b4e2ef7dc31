import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { Mapping, MemoryRegion } from './entities.js'
import { vfuResetCtx, vfuRunCtx } from './library.js'
import {
  memoryRegionDelSubregion,
  memoryRegionFromHost,
  objectUnref,
  regionDestructor,
} from './memory-api.js'
import type { Answer, RunResult, Server } from './server.js'

/** `memory_region_del_subregion`, then `object_unparent`. */
export function* unlinkRegion(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
  yield* memoryRegionDelSubregion(t, s, mr)
  yield* objectUnref(t, s, mr)
}

/** The region at this host address, if there is one, is unlinked. */
export function* unlinkMapping(t: Thread, s: Server, mapping: Mapping): Coroutine<MemoryRegion | null> {
  const mr = yield* memoryRegionFromHost(t, s, mapping)
  if (mr) yield* unlinkRegion(t, s, mr)
  return mr
}

/** Calls the library until the socket is empty or a message is parked. */
export function* runUntilIdle(t: Thread, s: Server): Coroutine<RunResult> {
  for (;;) {
    const result = yield* vfuRunCtx(t, s)
    if (result !== 'handled') return result
  }
}

/** The functions as they are today (hw/remote/vfio-user-obj.c, system/memory.c). */
export const upstream = {
  references: 'owner' as const,
  quiesceCb: null,

  /** `dma_unregister`: the region struct comes from g_new0(), and nobody ever frees it. */
  *dmaUnregister(t: Thread, s: Server, mapping: Mapping): Coroutine<Answer> {
    yield* unlinkMapping(t, s, mapping)
    return 'done'
  },

  /** `memory_region_ref`: on the owner, and a DMA region has none. */
  *memoryRegionRef(t: Thread, _s: Server, mr: MemoryRegion): Coroutine<void> {
    yield* t.plainRead(mr.owner)
  },

  *memoryRegionUnref(t: Thread, _s: Server, mr: MemoryRegion): Coroutine<void> {
    yield* t.plainRead(mr.owner)
  },

  *memoryRegionFinalize(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
    yield* regionDestructor(t, s, mr)
  },

  *accessBegin(t: Thread, _s: Server, _page: number | null): Coroutine<boolean> {
    yield* t.rcuReadLock()
    return true
  },

  /** `address_space_map` and `address_space_unmap`, where they count the region's users. */
  *bufferMapped(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
    yield* s.fix.memoryRegionRef(t, s, mr)
  },

  *bufferUnmapped(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
    yield* s.fix.memoryRegionUnref(t, s, mr)
  },

  /** `vfu_object_ctx_run`: EBUSY is an error like any other; with auto-shutdown, errors abort. */
  *vfuObjectCtxRun(t: Thread, s: Server): Coroutine<void> {
    if ((yield* runUntilIdle(t, s)) !== 'EBUSY') return
    t.report('abort', 'vfu_object_ctx_run', `${t.name}: vfu: Failed to run device - Device or resource busy`)
    t.machine.stop()
  },

  vfuResetCtx,
}
