import { Life, type Coroutine, type Thread } from '#harness/machine/index.js'
import type { Board } from './board.js'
import { FlatView, SLOTS, type Device, type MemoryRegion, type RAMBlock } from './entities.js'

/*
 * system/memory.c and system/physmem.c: transactions, FlatViews, and what an access does. The functions that a
 * candidate may replace are called through `b.fix`.
 */

/** I13: transactions, and so the finalization of a region, assert that the BQL is held. */
function assertBql(t: Thread, where: string): void {
  t.assert(t.holds(t.machine.bql), `bql_locked() in ${where}`)
}

export function* memoryRegionTransactionBegin(t: Thread, { as }: Board): Coroutine<void> {
  assertBql(t, 'memory_region_transaction_begin')
  yield* t.plainWrite(as.depth, (yield* t.plainRead(as.depth)) + 1)
}

/** Only the outermost commit acts, and only if something has changed. */
export function* memoryRegionTransactionCommit(t: Thread, b: Board): Coroutine<void> {
  const { as } = b
  assertBql(t, 'memory_region_transaction_commit')
  const depth = (yield* t.plainRead(as.depth)) - 1
  yield* t.plainWrite(as.depth, depth)
  if (depth > 0 || !(yield* t.plainRead(as.pending))) return
  yield* t.plainWrite(as.pending, 0)
  yield* addressSpaceSetFlatview(t, b, yield* generateMemoryTopology(t, b))
}

function* generateMemoryTopology(t: Thread, b: Board): Coroutine<FlatView> {
  const view = yield* t.alloc(FlatView, 'view')
  for (let slot = 0; slot < SLOTS; slot++) {
    const mr = yield* t.plainRead(b.as.subregions[slot] as (typeof b.as.subregions)[number])
    if (mr === null) continue
    yield* t.plainWrite(view.ranges[slot] as (typeof view.ranges)[number], mr)
    yield* b.fix.memoryRegionRef(t, b, mr)
  }
  return view
}

/** Publishes the new map. The old one's only reference is the address space's: it goes a grace period later. */
function* addressSpaceSetFlatview(t: Thread, b: Board, view: FlatView): Coroutine<void> {
  const old = yield* t.read(b.as.currentMap)
  yield* t.rcuAssignPointer(b.as.currentMap, view)
  if (old) yield* t.callRcu(old.rcu, flatviewDestroy, b, old)
}

function* flatviewDestroy(t: Thread, b: Board, view: FlatView): Coroutine<void> {
  for (const range of view.ranges) {
    const mr = yield* t.plainRead(range)
    if (mr) yield* b.fix.memoryRegionUnref(t, b, mr)
  }
  yield* t.free(view)
}

export function* memoryRegionAddSubregion(
  t: Thread,
  b: Board,
  slot: number,
  mr: MemoryRegion,
): Coroutine<void> {
  yield* memoryRegionTransactionBegin(t, b)
  yield* b.fix.memoryRegionRef(t, b, mr)
  yield* t.plainWrite(b.as.subregions[slot] as (typeof b.as.subregions)[number], mr)
  yield* t.plainWrite(b.as.pending, 1)
  yield* b.fix.memoryRegionTransactionCommit(t, b)
}

export function* memoryRegionDelSubregion(
  t: Thread,
  b: Board,
  slot: number,
  mr: MemoryRegion,
): Coroutine<void> {
  yield* memoryRegionTransactionBegin(t, b)
  yield* t.plainWrite(b.as.subregions[slot] as (typeof b.as.subregions)[number], null)
  yield* b.fix.memoryRegionUnref(t, b, mr)
  yield* t.plainWrite(b.as.pending, 1)
  yield* b.fix.memoryRegionTransactionCommit(t, b)
}

/** `memory_region_finalize`, for a region whose kind says that the memory is its own: `qemu_ram_free`. */
export function* memoryRegionFinalize(t: Thread, _b: Board, mr: MemoryRegion): Coroutine<void> {
  assertBql(t, 'memory_region_finalize')
  if ((yield* t.plainRead(mr.kind)) === 'ram') yield* qemuRamFree(t, mr)
}

/** `qemu_ram_free` of whatever block the region has. */
export function* qemuRamFree(t: Thread, mr: MemoryRegion): Coroutine<void> {
  const block = yield* t.plainRead(mr.ramBlock)
  if (block) yield* t.callRcu(block.rcu, reclaimRamBlock, block)
}

function* reclaimRamBlock(t: Thread, block: RAMBlock): Coroutine<void> {
  yield* t.free(block)
}

/** `flatview_translate`: the region behind a slot, in a read-side section. */
export function* flatviewLookup(t: Thread, { as }: Board, slot: number): Coroutine<MemoryRegion | null> {
  const view = yield* t.rcuDereference(as.currentMap)
  if (view === null) return null
  return yield* t.plainRead(view.ranges[slot] as (typeof view.ranges)[number])
}

/** `address_space_rw` of an address in the slot: direct for memory, through callbacks for the rest. */
export function* addressSpaceRw(t: Thread, b: Board, slot: number): Coroutine<void> {
  yield* t.rcuReadLock()
  const mr = yield* flatviewLookup(t, b, slot)
  if (mr) {
    if (isDirect(yield* t.plainRead(mr.kind))) {
      const block = yield* t.plainRead(mr.ramBlock)
      if (block) yield* t.read(block.host)
    } else yield* b.fix.mmioAccess(t, b, mr)
  }
  yield* t.rcuReadUnlock()
}

/** `memory_access_is_direct` */
export const isDirect = (kind: string): boolean => kind === 'ram' || kind === 'ram-ptr'

/** `prepare_mmio_access`: takes the BQL unless it is held or the region does without; whether it was taken. */
export function* prepareMmioAccess(t: Thread, mr: MemoryRegion): Coroutine<boolean> {
  const { bql } = t.machine
  if (t.holds(bql) || (yield* t.plainRead(mr.kind)) === 'lockless') return false
  yield* t.lock(bql)
  return true
}

/** `memory_region_dispatch_read`: the device's callback, which uses the device's private state. */
export function* memoryRegionDispatch(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void> {
  const dev = yield* t.plainRead(mr.owner)
  if (dev === null) return
  if (b.callbackTime > 0) yield* t.sleep(b.callbackTime)
  const late = t.note(b.oracle?.isUnrealized(dev))
  const state = yield* t.plainRead(dev.state)
  // A callback that runs without the BQL uses atomics.
  if (state) yield* t.holds(t.machine.bql) ? t.plainRead(state.data) : t.read(state.data)
  // Where the state is freed, that has been reported.
  if (late && state?.life === Life.Live) b.oracle?.calledLate(t, dev)
}

/** What an `address_space_map` user keeps until it unmaps. */
export interface Mapping {
  readonly mr: MemoryRegion
  readonly block: RAMBlock
}

/** `address_space_map`: the pointer leaves the section, and a reference is to keep what is behind it. */
export function* addressSpaceMap(t: Thread, b: Board, slot: number): Coroutine<Mapping | null> {
  yield* t.rcuReadLock()
  const mr = yield* flatviewLookup(t, b, slot)
  let mapping: Mapping | null = null
  // What is not memory would be copied through a bounce buffer.
  if (mr && isDirect(yield* t.plainRead(mr.kind))) {
    const block = yield* t.plainRead(mr.ramBlock)
    if (block) {
      yield* b.fix.memoryRegionRef(t, b, mr)
      mapping = { mr, block }
    }
  }
  yield* t.rcuReadUnlock()
  return mapping
}

export function* addressSpaceUnmap(t: Thread, b: Board, { mr }: Mapping): Coroutine<void> {
  yield* b.fix.memoryRegionUnref(t, b, mr)
}

/** The owner of a region, as `memory_region_ref` finds it. */
export function* ownerOf(t: Thread, mr: MemoryRegion): Coroutine<Device | null> {
  return yield* t.plainRead(mr.owner)
}
