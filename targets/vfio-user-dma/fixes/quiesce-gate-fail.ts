import { defineFix } from '#harness/define.js'
import { enterOpenGate, gate } from '../gate.js'
import vfioUserDma from '../target.js'

export default defineFix(vfioUserDma, {
  ...gate,
  name: 'quiesce-gate-fail',
  title: 'The quiesce callback closes a gate and waits for sections and buffers; new accesses fail',
  source: 'vfu_device_quiesced() with the primitive that seed 002 misses (D-3)',
  expect: { broken: ['assertion', 'failed-access', 'lost-reply', 'use-after-free'] },

  *accessBegin(t, s, page) {
    if (yield* enterOpenGate(t, s)) return true
    // MEMTX_ERROR
    if (page !== null) s.oracle.refused(t, page)
    return false
  },
})
