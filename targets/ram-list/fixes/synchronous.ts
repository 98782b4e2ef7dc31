import { defineFix } from '#harness/define.js'
import ramList from '../target.js'
import { listRemove, reclaimRamBlock, upstream } from '../upstream.js'

export default defineFix(ramList, {
  ...upstream,
  name: 'synchronous',
  title: 'Wait for a grace period after the unlink, with the BQL held, then clear the MRU',
  source: 'The obvious synchronous variant of the nested scheme',
  expect: { broken: ['deadlock'] },

  *qemuRamFree(t, ram, block) {
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.unlock(ram.mutex)
    yield* t.synchronizeRcu()
    yield* t.write(ram.mruBlock, null)
    yield* t.callRcu(block.rcu, reclaimRamBlock, block)
  },
})
