import type { Coroutine, Thread } from '#harness/machine/index.js'
import { FlatRange, Rendering, type AddressSpace, type FlatView, type MemoryRegion } from './entities.js'
import { found, settled, shapeOf, underBql } from './oracle.js'
import { memoryRegionRef, memoryRegionUnref } from './qom.js'
import type { World } from './world.js'

/*
 * system/memory.c, function by function; what candidates change of it is in `upstream.ts`.
 */

// --- the flat_views hash ------------------------------------------------------------------------------------

const indexOf = (keys: readonly (MemoryRegion | null)[], root: MemoryRegion | null): number =>
  keys.findIndex((key) => key?.address === root?.address)

/** `g_hash_table_lookup`: by address. */
function* lookup(t: Thread, w: World, root: MemoryRegion | null): Coroutine<FlatView | null> {
  const i = indexOf(yield* t.plainRead(w.flatViews.keys), root)
  const slot = w.flatViews.views[i]
  return slot ? yield* t.plainRead(slot) : null
}

/** `g_hash_table_replace` of a key that is not there. */
function* insert(t: Thread, w: World, root: MemoryRegion | null, view: FlatView): Coroutine<void> {
  const { keys, views } = w.flatViews
  const old = yield* t.plainRead(keys)
  const slot = views[old.length]
  if (!slot) throw new RangeError('flat_views has more roots than slots')
  yield* t.plainWrite(slot, view)
  yield* t.plainWrite(keys, [...old, root])
}

/** `g_hash_table_steal_extended`: takes the entry out, and leaves its reference to the caller. */
export function* steal(t: Thread, w: World, root: MemoryRegion): Coroutine<FlatView | null> {
  const { keys, views } = w.flatViews
  const old = yield* t.plainRead(keys)
  const i = indexOf(old, root)
  const slot = views[i]
  const last = views[old.length - 1]
  if (!slot || !last) return null
  const view = yield* t.plainRead(slot)
  if (slot !== last) yield* t.plainWrite(slot, yield* t.plainRead(last))
  yield* t.plainWrite(last, null)
  yield* t.plainWrite(keys, old.with(i, old.at(-1) ?? null).slice(0, -1))
  return view
}

/**
 * `flatviews_reset`, first half: `g_hash_table_unref` drops every view. The empty view, of the root NULL, is
 * kept for ever; its reference of the old hash goes over to the new one.
 */
function* dropAll(t: Thread, w: World): Coroutine<void> {
  const { keys, views } = w.flatViews
  const { length } = yield* t.plainRead(keys)
  yield* t.plainWrite(keys, [null])
  for (const slot of views.slice(1, length)) {
    const view = yield* t.plainRead(slot)
    yield* t.plainWrite(slot, null)
    if (view) yield* w.fix.flatviewUnref(t, w, view)
  }
}

// --- FlatViews ----------------------------------------------------------------------------------------------

/** `memory_region_get_flatview_root`: as many address spaces as possible share a view. */
function* flatviewRoot(t: Thread, mr: MemoryRegion): Coroutine<MemoryRegion | null> {
  for (;;) {
    const { enabled, alias, aliasOffset, terminates, size } = yield* t.plainRead(mr.shape)
    if (!enabled) return null
    if (alias) {
      if (aliasOffset !== 0 || size < (yield* t.plainRead(alias.shape)).size) return mr
      mr = alias
    } else if (terminates) return mr
    else {
      let found = 0
      let next: MemoryRegion | null = null
      for (const child of yield* t.plainRead(mr.subregions)) {
        const shape = yield* t.plainRead(child.shape)
        if (!shape.enabled) continue
        next = null
        if (++found > 1) break
        if (shape.addr === 0 && size >= shape.size) next = child
      }
      if (found === 0) return null
      if (next === null) return mr
      mr = next
    }
  }
}

/** `render_memory_region`; regions do not overlap here. */
function* render(
  t: Thread,
  mr: MemoryRegion,
  base: number,
  low: number,
  high: number,
  ranges: FlatRange[],
): Coroutine<void> {
  const { enabled, addr, size, alias, aliasOffset, terminates } = yield* t.plainRead(mr.shape)
  const start = Math.max(base + addr, low)
  const end = Math.min(base + addr + size, high)
  if (!enabled || start >= end) return
  if (terminates) {
    yield* memoryRegionRef(t, mr)
    ranges.push(new FlatRange(mr, start, end))
  } else if (alias) {
    const target = yield* t.plainRead(alias.shape)
    yield* render(t, alias, base + addr - target.addr - aliasOffset, start, end, ranges)
  } else
    for (const child of yield* t.plainRead(mr.subregions))
      yield* render(t, child, base + addr, start, end, ranges)
}

function* generateMemoryTopology(t: Thread, w: World, root: MemoryRegion | null): Coroutine<FlatView> {
  const view = yield* w.fix.flatviewNew(t, w, root)
  const ranges: FlatRange[] = []
  if (root) yield* render(t, root, 0, 0, Infinity, ranges)
  yield* t.plainWrite(view.rendering, new Rendering(ranges, root, root ? shapeOf(t, root).serial : 0))
  yield* insert(t, w, root, view)
  return view
}

/** What every candidate's `flatview_destroy` does: the ranges let go of their owners. */
export function* dropRanges(t: Thread, w: World, view: FlatView): Coroutine<void> {
  const { ranges } = yield* t.plainRead(view.rendering)
  for (const { mr } of ranges) yield* memoryRegionUnref(t, w, mr)
}

/** `address_space_get_flatview`: for any thread, with the BQL or without. */
export function* addressSpaceGetFlatview(t: Thread, as: AddressSpace): Coroutine<FlatView> {
  yield* t.rcuReadLock()
  for (;;) {
    const view = yield* t.rcuDereference(as.currentMap)
    if (view && (yield* t.fetchIncNonzero(view.ref)) > 0) {
      yield* t.rcuReadUnlock()
      return view
    }
    // The view was replaced before its last reference went, so the pointer has changed.
    yield* t.cpuRelax()
  }
}

function* setFlatview(t: Thread, w: World, as: AddressSpace, view: FlatView): Coroutine<void> {
  const old = yield* t.plainRead(as.currentMap)
  if (old === view) return
  if (old) yield* t.fetchAdd(old.ref, 1)
  yield* t.fetchAdd(view.ref, 1)
  yield* t.rcuAssignPointer(as.currentMap, view)
  if (!old) return
  yield* w.fix.flatviewUnref(t, w, old)
  yield* w.fix.flatviewUnref(t, w, old)
}

// --- transactions -------------------------------------------------------------------------------------------

export function* transactionBegin(t: Thread, w: World): Coroutine<void> {
  const { transactionDepth: depth } = w.memory
  yield* t.plainWrite(depth, (yield* t.plainRead(depth)) + 1)
}

/** `memory_region_transaction_commit`: only the outermost one acts, and only if something is pending. */
export function* transactionCommit(t: Thread, w: World): Coroutine<void> {
  if (!underBql(t)) return
  const { transactionDepth, updatePending, addressSpaces } = w.memory
  const depth = (yield* t.plainRead(transactionDepth)) - 1
  yield* t.plainWrite(transactionDepth, depth)
  if (depth > 0 || (yield* t.plainRead(updatePending)) === 0) return
  yield* dropAll(t, w)
  const spaces = yield* t.plainRead(addressSpaces)
  for (const as of spaces) {
    const root = yield* flatviewRoot(t, as.root)
    if ((yield* lookup(t, w, root)) === null) yield* generateMemoryTopology(t, w, root)
  }
  for (const as of spaces) {
    const view = yield* lookup(t, w, yield* flatviewRoot(t, as.root))
    if (view) yield* setFlatview(t, w, as, view)
  }
  yield* t.plainWrite(updatePending, 0)
  settled(t, w)
}

// --- regions ------------------------------------------------------------------------------------------------

export function* addSubregion(
  t: Thread,
  w: World,
  mr: MemoryRegion,
  addr: number,
  child: MemoryRegion,
): Coroutine<void> {
  yield* t.plainWrite(child.shape, (yield* t.plainRead(child.shape)).with({ addr }))
  yield* transactionBegin(t, w)
  yield* memoryRegionRef(t, child)
  yield* t.plainWrite(mr.subregions, [...(yield* t.plainRead(mr.subregions)), child])
  yield* pendingIfEnabled(t, w, mr, child)
  yield* transactionCommit(t, w)
}

export function* delSubregion(t: Thread, w: World, mr: MemoryRegion, child: MemoryRegion): Coroutine<void> {
  yield* transactionBegin(t, w)
  const without = (yield* t.plainRead(mr.subregions)).filter((s) => s !== child)
  yield* t.plainWrite(mr.subregions, without)
  yield* memoryRegionUnref(t, w, child)
  yield* pendingIfEnabled(t, w, mr, child)
  yield* transactionCommit(t, w)
}

/** `memory_region_update_pending |= mr->enabled && subregion->enabled` */
function* pendingIfEnabled(t: Thread, w: World, mr: MemoryRegion, child: MemoryRegion): Coroutine<void> {
  if ((yield* t.plainRead(mr.shape)).enabled && (yield* t.plainRead(child.shape)).enabled)
    yield* t.plainWrite(w.memory.updatePending, 1)
}

// --- address spaces -----------------------------------------------------------------------------------------

/** Takes whatever the hash has for the root, inside a transaction, too. */
export function* addressSpaceInit(t: Thread, w: World, as: AddressSpace): Coroutine<void> {
  yield* memoryRegionRef(t, as.root)
  yield* t.plainWrite(as.currentMap, null)
  const { addressSpaces } = w.memory
  yield* t.plainWrite(addressSpaces, [...(yield* t.plainRead(addressSpaces)), as])
  const root = yield* flatviewRoot(t, as.root)
  const view = (yield* lookup(t, w, root)) ?? (yield* generateMemoryTopology(t, w, root))
  yield* setFlatview(t, w, as, view)
  found(t, as, root, view)
  settled(t, w)
}

/** Its commit has nothing pending, so the hash keeps the root's entry. */
export function* addressSpaceDestroy(t: Thread, w: World, as: AddressSpace): Coroutine<void> {
  const { addressSpaces } = w.memory
  yield* transactionBegin(t, w)
  yield* transactionCommit(t, w)
  yield* t.plainWrite(
    addressSpaces,
    (yield* t.plainRead(addressSpaces)).filter((other) => other !== as),
  )
  yield* t.callRcu(as.rcu, doAddressSpaceDestroy, w, as)
}

function* doAddressSpaceDestroy(t: Thread, w: World, as: AddressSpace): Coroutine<void> {
  const view = yield* t.plainRead(as.currentMap)
  if (view) yield* w.fix.flatviewUnref(t, w, view)
  yield* memoryRegionUnref(t, w, as.root)
}
