import { defineFix } from '#harness/define.js'
import { byReference } from '../by-reference.js'
import { vfuResetCtxAsync } from '../library.js'
import vfioUserDma from '../target.js'

export default defineFix(vfioUserDma, {
  ...byReference,
  name: 'by-reference-reset',
  title: 'by-reference, and a lost connection waits for the device like an unmap does',
  source: 'Repair of D-5',
  vfuResetCtx: vfuResetCtxAsync,
})
