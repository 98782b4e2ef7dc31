import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { RAMBlock, RAMList } from './entities.js'
import { posted } from './posted.js'
import { even, type VersionedRAMList } from './seqlock.js'
import { listRemove, reclaimRamBlock, walk } from './upstream.js'

/*
 * Paolo Bonzini's sketch, in his reply of June 2026 (seed 000): the reader takes the version before it walks
 * and stores it beside the block without looking again; later readers compare.
 */

/** Reader A of the sketch: a miss. */
export function* walkAndStoreVersioned(
  t: Thread,
  ram: VersionedRAMList,
  addr: number,
): Coroutine<RAMBlock | null> {
  const version = yield* t.loadAcquire(ram.version)
  const block = yield* walk(t, ram, addr)
  if (block) yield* t.storeReleasePair(ram.mruVersion, ram.mruBlock, even(version), block)
  return block
}

export const sketch = {
  ...posted,

  /** Writer B of the sketch; the MRU is not cleared. */
  *qemuRamFree(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
    yield* t.lock(ram.mutex)
    yield* t.write(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.smpWmb()
    yield* listRemove(t, ram, block)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.callRcu(block.rcu, reclaimRamBlock, block)
    yield* t.unlock(ram.mutex)
  },
}
