import { defineFix } from '#harness/define.js'
import { byReference, finalizeRegion } from '../by-reference.js'
import { vfuResetCtxAsync } from '../library.js'
import vfioUserDma from '../target.js'

export default defineFix(vfioUserDma, {
  ...byReference,
  name: 'by-reference-eager',
  title:
    'by-reference-reset, and whoever drops the last reference under the BQL finalizes the region at once',
  source: 'Repair of D-5 that saves a grace period',

  *memoryRegionFinalize(t, s, mr) {
    if (t.holds(t.machine.bql)) yield* finalizeRegion(t, s, mr)
    else yield* t.callRcu(mr.rcu, finalizeRegion, s, mr)
  },

  vfuResetCtx: vfuResetCtxAsync,
})
