import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { RAMBlock, RAMList, RAMState, Range } from './entities.js'
import { SLOT } from './world.js'

/*
 * The code as it is upstream, function by function: system/physmem.c, include/qemu/rcu_queue.h,
 * migration/ram.c. A candidate spreads `upstream` and replaces what its patch changes.
 */

/** `addr - block->offset < block->max_length` */
export const covers = ({ offset, maxLength }: Range, addr: number): boolean =>
  addr >= offset && addr - offset < maxLength

/** `RAMBLOCK_FOREACH(block)`, up to the block whose range has the address. */
export function* walk(t: Thread, ram: RAMList, addr: number): Coroutine<RAMBlock | null> {
  let block = yield* t.rcuDereference(ram.blocks)
  while (block !== null && !covers(yield* t.plainRead(block.range), addr))
    block = yield* t.rcuDereference(block.next)
  return block
}

/** The same for a host pointer. */
export function* walkHost(t: Thread, ram: RAMList, host: number): Coroutine<RAMBlock | null> {
  let block = yield* t.rcuDereference(ram.blocks)
  while (block !== null && !coversHost(yield* t.plainRead(block.host), host))
    block = yield* t.rcuDereference(block.next)
  return block
}

/** `host - block->host < block->max_length` */
export const coversHost = (start: number, host: number): boolean => host >= start && host - start < SLOT

/** `QLIST_REMOVE_RCU`: the removed node keeps its `next`, for readers that stand on it. */
export function* listRemove(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
  let link = ram.blocks
  for (;;) {
    const at = yield* t.read(link)
    if (at === null || at === block) break
    link = at.next
  }
  yield* t.write(link, yield* t.read(block.next))
}

/** Keeps the list sorted from big to small, as `ram_block_add` does. */
export function* listInsert(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
  const size = (yield* t.plainRead(block.range)).maxLength
  let link = ram.blocks
  let after = yield* t.read(link)
  while (after !== null && (yield* t.plainRead(after.range)).maxLength >= size) {
    link = after.next
    after = yield* t.read(link)
  }
  yield* t.write(block.next, after)
  yield* t.rcuAssignPointer(link, block)
}

/** `reclaim_ramblock`: the host memory and the struct go together. */
export function* reclaimRamBlock(t: Thread, block: RAMBlock): Coroutine<void> {
  yield* t.free(block)
}

export const upstream = {
  *qemuGetRamBlock(t: Thread, ram: RAMList, addr: number): Coroutine<RAMBlock | null> {
    const mru = yield* t.rcuDereference(ram.mruBlock)
    if (mru && covers(yield* t.plainRead(mru.range), addr)) return mru

    // RAMBLOCK_FOREACH, written out as the macro does; `walk` is the same for the candidates' own lookups.
    let block = yield* t.rcuDereference(ram.blocks)
    while (block !== null && !covers(yield* t.plainRead(block.range), addr))
      block = yield* t.rcuDereference(block.next)
    if (block) yield* t.write(ram.mruBlock, block)
    return block
  },

  *qemuRamBlockFromHost(t: Thread, ram: RAMList, host: number): Coroutine<RAMBlock | null> {
    const mru = yield* t.rcuDereference(ram.mruBlock)
    if (mru && coversHost(yield* t.plainRead(mru.host), host)) return mru
    return yield* walkHost(t, ram, host)
  },

  *ramBlockAdd(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
    yield* t.lock(ram.mutex)
    yield* listInsert(t, ram, block)
    yield* t.write(ram.mruBlock, null)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.unlock(ram.mutex)
  },

  *qemuRamFree(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.write(ram.mruBlock, null)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.callRcu(block.rcu, reclaimRamBlock, block)
    yield* t.unlock(ram.mutex)
  },

  /** `ram_save_iterate`, in its section: forget saved pointers if the list has changed. */
  *ramSaveIterate(t: Thread, ram: RAMList, rs: RAMState): Coroutine<void> {
    if ((yield* t.read(ram.version)) !== rs.lastVersion) {
      rs.lastSeenBlock = null
      rs.lastVersion = yield* t.loadAcquire(ram.version)
    }
    yield* t.smpRmb()
  },
}
