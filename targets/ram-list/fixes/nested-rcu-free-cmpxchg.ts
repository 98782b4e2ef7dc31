import { defineFix } from '#harness/define.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { RAMBlock, RAMList } from '../entities.js'
import ramList from '../target.js'
import { listRemove, reclaimRamBlock, upstream } from '../upstream.js'

export default defineFix(ramList, {
  ...upstream,
  name: 'nested-rcu-free-cmpxchg',
  title: 'Nested RCU free whose first callback clears the MRU with a compare-and-swap',
  source: 'Variant of Peter Xu, qemu-devel, June 2026 (seed 000)',
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

function* resetMru(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
  yield* t.cmpxchg(ram.mruBlock, block, null)
  yield* t.callRcu(block.rcu, reclaimRamBlock, block)
}
