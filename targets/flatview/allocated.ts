import type { Coroutine, Thread } from '#harness/machine/index.js'
import { MemoryRegion, type PCIBridge } from './entities.js'
import { initWindow } from './pci-bridge.js'
import { upstream } from './upstream.js'
import type { World } from './world.js'

/** Windows that are allocated one by one, and not embedded in the bridge; who frees them is the candidate's. */
export const allocatedWindows = {
  ...upstream,
  windows: 'allocated' as const,

  *pciBridgeRegionInit(t: Thread, w: World, br: PCIBridge): Coroutine<void> {
    for (const [i, pointer] of br.windowPointers.entries()) {
      const alias = yield* t.alloc(MemoryRegion, w.names.window(i, pointer.name))
      yield* t.plainWrite(pointer, alias)
      yield* initWindow(t, w, br, i, alias)
    }
  },
}

/** The same as QOM objects of their own, with `obj->free` set: freed when their last reference goes. */
export const objectWindows = {
  ...allocatedWindows,

  *memoryRegionFinalize(t: Thread, w: World, mr: MemoryRegion): Coroutine<void> {
    yield* upstream.memoryRegionFinalize(t, w, mr)
    if (mr.allocation === mr) yield* t.free(mr)
  },
}
