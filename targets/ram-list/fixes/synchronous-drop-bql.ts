import { defineFix } from '#harness/define.js'
import ramList from '../target.js'
import { listRemove, reclaimRamBlock, upstream } from '../upstream.js'

export default defineFix(ramList, {
  ...upstream,
  name: 'synchronous-drop-bql',
  title: 'Wait for a grace period after the unlink, with the BQL dropped, then clear the MRU',
  source: 'The obvious synchronous variant of the nested scheme',
  expect: { broken: ['wrong-address'] },

  *qemuRamFree(t, ram, block) {
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.unlock(ram.mutex)
    yield* t.unlock(t.machine.bql)
    yield* t.synchronizeRcu()
    yield* t.lock(t.machine.bql)
    yield* t.write(ram.mruBlock, null)
    yield* t.callRcu(block.rcu, reclaimRamBlock, block)
  },
})
