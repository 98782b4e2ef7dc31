import type { Coroutine, Thread } from '#harness/machine/index.js'
import { FlatView, MemoryRegion, RAMBlock, type Mapping } from './entities.js'
import { pageName, type Server } from './server.js'

/*
 * QEMU's memory API as far as DMA regions need it (system/memory.c, system/physmem.c), owners being NULL.
 * All writers hold the BQL.
 */

/** The end of a transaction: publishes the new map, unless an outer transaction is open. */
export function* transactionCommit(t: Thread, s: Server): Coroutine<void> {
  if (s.transaction && (yield* t.plainRead(s.as.depth)) > 0) yield* t.plainWrite(s.as.updatePending, 1)
  else yield* addressSpaceSetFlatview(t, s)
}

/** An outer transaction around what `body` does. */
export function* inTransaction(t: Thread, s: Server, body: Coroutine<void>): Coroutine<void> {
  yield* t.plainWrite(s.as.depth, 1)
  yield* body
  yield* t.plainWrite(s.as.depth, 0)
  if ((yield* t.plainRead(s.as.updatePending)) === 0) return
  yield* t.plainWrite(s.as.updatePending, 0)
  yield* addressSpaceSetFlatview(t, s)
}

function* addressSpaceSetFlatview(t: Thread, s: Server): Coroutine<void> {
  t.assert(t.holds(t.machine.bql), 'bql_locked() in memory_region_transaction_commit')
  const view = yield* t.alloc(FlatView, s.name('view'))
  for (const [i, subregion] of s.as.subregions.entries()) {
    const mr = yield* t.plainRead(subregion)
    if (mr === null) continue
    yield* s.fix.memoryRegionRef(t, s, mr)
    yield* t.plainWrite(view.ranges[i] as FlatView['ranges'][number], mr)
  }
  const old = yield* t.read(s.as.currentMap)
  yield* t.rcuAssignPointer(s.as.currentMap, view)
  if (old) yield* t.callRcu(old.rcu, flatviewDestroy, s, old)
}

function* flatviewDestroy(t: Thread, s: Server, view: FlatView): Coroutine<void> {
  for (const range of view.ranges) {
    const mr = yield* t.plainRead(range)
    if (mr) yield* s.fix.memoryRegionUnref(t, s, mr)
  }
  yield* t.free(view)
}

/** `memory_region_init_ram_ptr`, then `memory_region_add_subregion`. */
export function* dmaRegister(t: Thread, s: Server, page: number, mapping: Mapping): Coroutine<void> {
  const mr = yield* t.alloc(MemoryRegion, s.name(`region ${pageName(page)}`))
  const block = yield* t.alloc(RAMBlock, s.name(`block ${pageName(page)}`))
  yield* t.plainWrite(mr.ramBlock, block)
  yield* t.plainWrite(block.host, mapping)
  yield* t.plainWrite(block.mr, mr)
  yield* t.write(block.next, yield* t.read(s.ram.blocks))
  yield* t.rcuAssignPointer(s.ram.blocks, block)
  yield* t.plainWrite(s.as.subregions[page] as (typeof s.as.subregions)[number], mr)
  yield* transactionCommit(t, s)
}

/** `memory_region_from_host`: the region whose RAM block has this host address, if it is listed. */
export function* memoryRegionFromHost(t: Thread, s: Server, host: Mapping): Coroutine<MemoryRegion | null> {
  yield* t.rcuReadLock()
  let block = yield* t.rcuDereference(s.ram.blocks)
  while (block !== null && (yield* t.plainRead(block.host))?.address !== host.address)
    block = yield* t.rcuDereference(block.next)
  const mr = block && (yield* t.plainRead(block.mr))
  yield* t.rcuReadUnlock()
  return mr
}

/** `mr->container != NULL` */
export function* isContained(t: Thread, s: Server, mr: MemoryRegion): Coroutine<boolean> {
  for (const subregion of s.as.subregions) if ((yield* t.plainRead(subregion)) === mr) return true
  return false
}

export function* memoryRegionDelSubregion(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
  let contained = false
  for (const subregion of s.as.subregions) {
    if ((yield* t.plainRead(subregion)) !== mr) continue
    contained = true
    yield* t.plainWrite(subregion, null)
    break
  }
  t.assert(contained, 'subregion->container == mr')
  yield* transactionCommit(t, s)
}

/** `object_unref`; `object_unparent` comes to this, too: being a child is one reference. */
export function* objectUnref(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
  if ((yield* t.fetchAdd(mr.ref, -1)) === 1) yield* s.fix.memoryRegionFinalize(t, s, mr)
}

/** The region's destructor: the block leaves the list, and is reclaimed after a grace period. */
export function* regionDestructor(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
  t.assert(t.holds(t.machine.bql), 'bql_locked() in memory_region_finalize')
  const block = (yield* t.plainRead(mr.ramBlock)) as RAMBlock
  let link = s.ram.blocks
  for (;;) {
    const at = yield* t.read(link)
    if (at === null || at === block) break
    link = at.next
  }
  yield* t.write(link, yield* t.read(block.next))
  yield* t.callRcu(block.rcu, reclaimRamblock, block)
}

/** The memory is not its own: RAM_PREALLOC. */
function* reclaimRamblock(t: Thread, block: RAMBlock): Coroutine<void> {
  yield* t.free(block)
}
