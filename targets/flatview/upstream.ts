import type { Coroutine, Thread } from '#harness/machine/index.js'
import {
  RootedFlatView,
  UnrootedFlatView,
  type FlatView,
  type MemoryRegion,
  type PCIBridge,
} from './entities.js'
import { dropRanges, steal, transactionBegin, transactionCommit } from './memory.js'
import { initWindow, pciBridgeRegionDel, takeWindows } from './pci-bridge.js'
import { memoryRegionRef, memoryRegionUnref, regionUnparent } from './qom.js'
import type { World } from './world.js'

/*
 * The code as it is upstream, function by function. A candidate spreads `upstream`, or one of the two groups
 * below it that candidates share, and replaces what its patch changes.
 */

export const upstream = {
  windows: 'embedded' as 'embedded' | 'allocated',

  *flatviewNew(t: Thread, w: World, root: MemoryRegion | null): Coroutine<FlatView> {
    const view = yield* t.alloc(RootedFlatView, w.names.view())
    yield* t.plainWrite(view.root, root)
    yield* memoryRegionRef(t, root)
    return view
  },

  *flatviewUnref(t: Thread, w: World, view: FlatView): Coroutine<void> {
    if ((yield* t.fetchAdd(view.ref, -1)) !== 1) return
    // trace_flatview_destroy_rcu(view, view->root); assert(view->root);
    const root = yield* t.plainRead(view.root)
    t.assert(root !== null, 'view->root')
    yield* t.callRcu(view.rcu, w.fix.flatviewDestroy, w, view)
  },

  *flatviewDestroy(t: Thread, w: World, view: FlatView): Coroutine<void> {
    yield* dropRanges(t, w, view)
    yield* memoryRegionUnref(t, w, yield* t.plainRead(view.root))
    yield* t.free(view)
  },

  *mtreePrintFlatview(t: Thread, view: FlatView): Coroutine<void> {
    const root = yield* t.plainRead(view.root)
    if (root) yield* t.plainRead(root.regionName)
  },

  /** Containers have no subregions left and are in no other container when they get here. */
  *memoryRegionFinalize(t: Thread, w: World, mr: MemoryRegion): Coroutine<void> {
    yield* t.plainWrite(mr.shape, (yield* t.plainRead(mr.shape)).with({ enabled: false }))
    yield* transactionBegin(t, w)
    yield* transactionCommit(t, w)
  },

  *pciBridgeRegionInit(t: Thread, w: World, br: PCIBridge): Coroutine<void> {
    for (const [i, storage] of br.windows.entries()) yield* initWindow(t, w, br, i, storage)
  },

  *pciBridgeRegionCleanup(t: Thread, w: World, windows: readonly MemoryRegion[]): Coroutine<void> {
    for (const alias of windows) yield* regionUnparent(t, w, alias)
  },

  *pciBridgeUpdateMappings(t: Thread, w: World, br: PCIBridge): Coroutine<void> {
    const windows = yield* takeWindows(t, br)
    yield* transactionBegin(t, w)
    yield* pciBridgeRegionDel(t, w, windows)
    yield* w.fix.pciBridgeRegionCleanup(t, w, windows)
    yield* w.fix.pciBridgeRegionInit(t, w, br)
    yield* transactionCommit(t, w)
  },
}

/** "memory: Make FlatView root references weak" (seed 004): the root as a pointer that nothing is counted for. */
export const weaklyRooted = {
  ...upstream,

  *flatviewNew(t: Thread, w: World, root: MemoryRegion | null): Coroutine<FlatView> {
    const view = yield* t.alloc(UnrootedFlatView, w.names.view())
    yield* t.plainWrite(view.root, root)
    return view
  },

  *flatviewDestroy(t: Thread, w: World, view: FlatView): Coroutine<void> {
    yield* dropRanges(t, w, view)
    yield* t.free(view)
  },

  /** `g_hash_table_steal_extended`, and the root forgotten. */
  *stealView(t: Thread, w: World, mr: MemoryRegion): Coroutine<FlatView | null> {
    const view = yield* steal(t, w, mr)
    if (view) yield* t.plainWrite(view.root, null)
    return view
  },
}

/** "memory: Remove Flatview->root reference completely" (seed 001): no root, but its name. */
export const named = {
  ...upstream,

  *flatviewNew(t: Thread, w: World, root: MemoryRegion | null): Coroutine<FlatView> {
    const view = yield* t.alloc(UnrootedFlatView, w.names.view())
    yield* t.plainWrite(view.rootName, root ? yield* t.plainRead(root.regionName) : 0)
    return view
  },

  *flatviewUnref(t: Thread, w: World, view: FlatView): Coroutine<void> {
    if ((yield* t.fetchAdd(view.ref, -1)) !== 1) return
    yield* t.plainRead(view.rootName)
    yield* t.callRcu(view.rcu, w.fix.flatviewDestroy, w, view)
  },

  *flatviewDestroy(t: Thread, w: World, view: FlatView): Coroutine<void> {
    yield* dropRanges(t, w, view)
    yield* t.free(view)
  },

  *mtreePrintFlatview(t: Thread, view: FlatView): Coroutine<void> {
    yield* t.plainRead(view.rootName)
  },
}
