import { defineFix } from '#harness/define.js'
import { byReference } from '../by-reference.js'
import { vfuResetCtxAsync } from '../library.js'
import vfioUserDma from '../target.js'
import { runUntilIdle } from '../upstream.js'

export default defineFix(vfioUserDma, {
  ...byReference,
  name: 'loop-spins',
  title: "by-reference-reset, but EBUSY leaves QEMU's handler on the level-triggered descriptor",
  source: 'Negative control for S3.10: the EBUSY storm',
  expect: { broken: ['event-loop-spin'] },

  *vfuObjectCtxRun(t, s) {
    yield* runUntilIdle(t, s)
  },

  vfuResetCtx: vfuResetCtxAsync,
})
