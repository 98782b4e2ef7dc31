import { defineFix } from '#harness/define.js'
import vfioUserDma from '../target.js'
import { unlinkMapping, upstream } from '../upstream.js'

export default defineFix(vfioUserDma, {
  ...upstream,
  name: 'region-freed',
  title: 'baseline, with the region struct freed when it is finalized',
  source: 'Negative control for H3-2 (S3.11): the leak is what keeps upstream from this',
  expect: { broken: ['assertion', 'free-while-reachable', 'use-after-free', 'wrong-region'] },

  *dmaUnregister(t, s, mapping) {
    const mr = yield* unlinkMapping(t, s, mapping)
    if (mr) yield* t.free(mr)
    return 'done'
  },
})
