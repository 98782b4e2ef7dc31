import { defineFix } from '#harness/define.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { RAMList } from '../entities.js'
import ramList from '../target.js'
import { listRemove, reclaimRamBlock, upstream } from '../upstream.js'

export default defineFix(ramList, {
  ...upstream,
  name: 'two-callbacks-one-head',
  title: "Queue the reset and the reclaim back to back on the block's one head",
  source: 'Negative control for rule R3 (a queued head must not be queued again)',
  expect: { broken: ['callback-queued-twice', 'lost-callback', 'use-after-free', 'wrong-address'] },

  *qemuRamFree(t, ram, block) {
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.callRcu(block.rcu, resetMru, ram)
    yield* t.callRcu(block.rcu, reclaimRamBlock, block)
    yield* t.unlock(ram.mutex)
  },
})

function* resetMru(t: Thread, ram: RAMList): Coroutine<void> {
  yield* t.write(ram.mruBlock, null)
}
