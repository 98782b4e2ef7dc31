import { defineFix } from '#harness/define.js'
import ramList from '../target.js'
import { listRemove, reclaimRamBlock, upstream } from '../upstream.js'

export default defineFix(ramList, {
  ...upstream,
  name: 'gp-before-unlink',
  title: 'Wait for a grace period before the unlink, then free at once',
  source: 'Negative control: a grace period on the wrong side of the unlink',
  expect: { broken: ['use-after-free', 'deadlock', 'wrong-address'] },

  *qemuRamFree(t, ram, block) {
    yield* t.synchronizeRcu()
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.write(ram.mruBlock, null)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.unlock(ram.mutex)
    yield* reclaimRamBlock(t, block)
  },
})
