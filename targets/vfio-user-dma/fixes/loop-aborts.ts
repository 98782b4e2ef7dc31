import { defineFix } from '#harness/define.js'
import { byReference } from '../by-reference.js'
import { vfuResetCtxAsync } from '../library.js'
import vfioUserDma from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(vfioUserDma, {
  ...byReference,
  name: 'loop-aborts',
  title: "by-reference-reset, but QEMU's run loop is left as it is",
  source: 'Negative control for S3.10: EBUSY is fatal with auto-shutdown',
  expect: { broken: ['abort'] },
  vfuObjectCtxRun: upstream.vfuObjectCtxRun,
  vfuResetCtx: vfuResetCtxAsync,
})
