import { defineFix } from '#harness/define.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { RAMBlock, RAMList } from '../entities.js'
import ramList from '../target.js'
import { listRemove, reclaimRamBlock, upstream } from '../upstream.js'

export default defineFix(ramList, {
  ...upstream,
  name: 'one-callback',
  title: 'Clear the MRU in the callback that frees the block',
  source: 'Tempting simplification of the nested scheme',
  expect: { broken: ['use-after-free', 'wrong-address'] },

  *qemuRamFree(t, ram, block) {
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.write(ram.mruBlock, null)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.callRcu(block.rcu, resetAndReclaim, ram, block)
    yield* t.unlock(ram.mutex)
  },
})

/** Readers that entered after the grace period began may have read the MRU before this clears it. */
function* resetAndReclaim(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
  yield* t.write(ram.mruBlock, null)
  yield* reclaimRamBlock(t, block)
}
