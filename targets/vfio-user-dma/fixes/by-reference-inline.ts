import { defineFix } from '#harness/define.js'
import { byReference, finalizeRegion } from '../by-reference.js'
import { vfuResetCtxAsync } from '../library.js'
import vfioUserDma from '../target.js'

export default defineFix(vfioUserDma, {
  ...byReference,
  name: 'by-reference-inline',
  title: 'by-reference-reset, but the region is finalized in the thread that drops the last reference',
  source: 'Variant of D-5 (hazard H3-5)',
  expect: { broken: ['assertion', 'free-while-reachable', 'use-after-free'] },
  memoryRegionFinalize: finalizeRegion,
  vfuResetCtx: vfuResetCtxAsync,
})
