import { defineFix } from '#harness/define.js'
import { freeRegion } from '../asynchronous.js'
import vfioUserDma from '../target.js'
import { unlinkMapping, upstream } from '../upstream.js'

export default defineFix(vfioUserDma, {
  ...upstream,
  name: 'synchronous',
  title: 'dma_unregister waits for a grace period, with the BQL held',
  source: 'The obvious fix that needs no new library (hazard H3-7)',
  expect: { broken: ['assertion', 'deadlock', 'use-after-free', 'wrong-region'] },

  *dmaUnregister(t, s, mapping) {
    const mr = yield* unlinkMapping(t, s, mapping)
    if (mr === null) return 'done'
    yield* t.synchronizeRcu()
    // flatview_destroy() has not run yet, and will look at the region.
    yield* t.callRcu(mr.rcu, freeRegion, mr)
    return 'done'
  },
})
