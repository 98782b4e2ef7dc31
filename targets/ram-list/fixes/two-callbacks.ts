import { defineFix } from '#harness/define.js'
import { Struct, type Coroutine, type Thread } from '#harness/machine/index.js'
import type { RAMList } from '../entities.js'
import ramList from '../target.js'
import { listRemove, reclaimRamBlock, upstream } from '../upstream.js'

/** A head of its own for the first callback. */
class MruReset extends Struct {
  static readonly structName = 'MruReset'
  readonly rcu = this.rcuHead('rcu')
}

export default defineFix(ramList, {
  ...upstream,
  name: 'two-callbacks',
  title: 'Queue the reset and the reclaim back to back, each with a head of its own',
  source: 'Tempting simplification of the nested scheme',
  expect: { broken: ['use-after-free', 'wrong-address'] },

  *qemuRamFree(t, ram, block) {
    const work = yield* t.alloc(MruReset, 'reset')
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.callRcu(work.rcu, resetMru, ram, work)
    yield* t.callRcu(block.rcu, reclaimRamBlock, block)
    yield* t.unlock(ram.mutex)
  },
})

/** Both callbacks are often in one batch: then one grace period serves both. */
function* resetMru(t: Thread, ram: RAMList, work: MruReset): Coroutine<void> {
  yield* t.write(ram.mruBlock, null)
  yield* t.free(work)
}
