import { defineFix } from '#harness/define.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { RAMBlock, RAMList } from '../entities.js'
import ramList from '../target.js'
import { listRemove, reclaimRamBlock, upstream } from '../upstream.js'

export default defineFix(ramList, {
  ...upstream,
  name: 'nested-rcu-free-late-clear',
  title: 'Nested RCU free that clears the MRU in the first callback only, not at removal',
  source: 'Variant of Peter Xu, qemu-devel, June 2026 (seed 000)',
  expect: { broken: ['wrong-address'] },

  *qemuRamFree(t, ram, block) {
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.callRcu(block.rcu, resetMru, ram, block)
    yield* t.unlock(ram.mutex)
  },
})

function* resetMru(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void> {
  yield* t.write(ram.mruBlock, null)
  yield* t.callRcu(block.rcu, reclaimRamBlock, block)
}
