import { defineFix } from '#harness/define.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { RAMBlock, RAMList } from '../entities.js'
import ramList from '../target.js'
import { listRemove, reclaimRamBlock, upstream } from '../upstream.js'

/** After one grace period nobody can store the block any more: clear it, and wait for those who read it. */
export function* resetMru(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
  yield* t.write(ram.mruBlock, null)
  yield* t.callRcu(block.rcu, reclaimRamBlock, block)
}

export default defineFix(ramList, {
  ...upstream,
  name: 'nested-rcu-free',
  title: 'Reset the MRU after one grace period, free the block after a second one',
  source: 'Peter Xu, qemu-devel, June 2026 (seed 000)',

  *qemuRamFree(t, ram, block) {
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.write(ram.mruBlock, null)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.callRcu(block.rcu, resetMru, ram, block)
    yield* t.unlock(ram.mutex)
  },
})
