import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { RAMBlock, RAMList, RAMState } from './entities.js'
import {
  seqlockReadBegin,
  seqlockReadRetry,
  seqlockWriteBegin,
  seqlockWriteEnd,
  VersionedRAMList,
} from './seqlock.js'
import { covers, listInsert, listRemove, reclaimRamBlock, upstream, walk } from './upstream.js'

/*
 * "fix mru_block", the patch attached to Peter Xu's mail of 8 June 2026 (seed 000), function by function.
 * Its comment "atomic set both ram_list.mru_version/mru_block..." is filled in as one 16-byte store.
 */

/** The miss path: walk, and store the pair unless a removal came in between. */
export function* walkAndStore(
  t: Thread,
  ram: VersionedRAMList,
  addr: number,
  storePair: (t: Thread, ram: VersionedRAMList, version: number, block: RAMBlock) => Coroutine<void>,
): Coroutine<RAMBlock | null> {
  const version = yield* seqlockReadBegin(t, ram.version)
  const block = yield* walk(t, ram, addr)
  if (block && !(yield* seqlockReadRetry(t, ram.version, version))) yield* storePair(t, ram, version, block)
  return block
}

/** The pair as one 16-byte atomic store (`qatomic_set__nocheck` of an Int128). */
export function* storeAtomicPair(
  t: Thread,
  ram: VersionedRAMList,
  version: number,
  block: RAMBlock,
): Coroutine<void> {
  yield* t.writePair(ram.mruVersion, ram.mruBlock, version, block)
}

export const posted = {
  ...upstream,
  state: VersionedRAMList,

  *qemuGetRamBlock(t: Thread, ram: VersionedRAMList, addr: number): Coroutine<RAMBlock | null> {
    const version = yield* t.plainRead(ram.mruVersion)
    const mru = yield* t.rcuDereference(ram.mruBlock)
    if (
      !(yield* seqlockReadRetry(t, ram.version, version)) &&
      mru &&
      covers(yield* t.plainRead(mru.range), addr)
    )
      return mru
    return yield* walkAndStore(t, ram, addr, storeAtomicPair)
  },

  /** Neither bumps the version nor clears the MRU any more. */
  *ramBlockAdd(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
    yield* t.lock(ram.mutex)
    yield* listInsert(t, ram, block)
    yield* t.unlock(ram.mutex)
  },

  *qemuRamFree(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
    yield* t.lock(ram.mutex)
    yield* seqlockWriteBegin(t, ram.version)
    yield* listRemove(t, ram, block)
    yield* t.write(ram.mruBlock, null)
    yield* seqlockWriteEnd(t, ram.version)
    yield* t.unlock(ram.mutex)
    yield* t.callRcu(block.rcu, reclaimRamBlock, block)
  },

  *ramSaveIterate(t: Thread, ram: RAMList, rs: RAMState): Coroutine<void> {
    if (!(yield* seqlockReadRetry(t, ram.version, rs.lastVersion))) return
    rs.lastSeenBlock = null
    for (;;) {
      rs.lastVersion = yield* seqlockReadBegin(t, ram.version)
      if (!(yield* seqlockReadRetry(t, ram.version, rs.lastVersion))) return
      yield* t.cpuRelax()
    }
  },
}
