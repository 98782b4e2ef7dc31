import { defineFix } from '#harness/define.js'
import { enterOpenGate, gate, waitForGate } from '../gate.js'
import vfioUserDma from '../target.js'

export default defineFix(vfioUserDma, {
  ...gate,
  name: 'quiesce-gate-block',
  title: 'The quiesce callback closes a gate and waits for sections and buffers; new accesses wait outside',
  source: 'vfu_device_quiesced() with the primitive that seed 002 misses (D-3)',
  expect: { broken: ['assertion', 'deadlock', 'lost-reply', 'use-after-free'] },

  *accessBegin(t, s) {
    while (!(yield* enterOpenGate(t, s))) yield* waitForGate(t, s)
    return true
  },
})
