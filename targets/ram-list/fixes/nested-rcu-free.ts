import { defineFix } from '#harness/define.js'
import ramList from '../target.js'
import { listRemove, reclaimRamBlock, upstream } from '../upstream.js'
import type { RAMBlock, RAMList } from '../entities.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'

export default defineFix(ramList, {
  ...upstream,
  name: 'nested-rcu-free',
  title: 'Reset the MRU after one grace period, free the block after a second one',
  source: 'Peter Xu, qemu-devel, June 2026 (seed 000)',
  // Memory-safe; but a block plugged at the old offset meanwhile is shadowed by the stale MRU.
  expect: { broken: ['wrong-address'] },

  *qemuRamFree(t, ram, block) {
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.write(ram.mruBlock, null)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.callRcu(block.rcu, resetMru, ram, block)
    yield* t.unlock(ram.mutex)
  },
})

/** Nobody can store the block any more: clear it, and wait for those who have read it. */
function* resetMru(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
  yield* t.write(ram.mruBlock, null)
  yield* t.callRcu(block.rcu, reclaimRamBlock, block)
}
