import { defineFix } from '#harness/define.js'
import { memslotsOf } from '../entities.js'
import { lowBit } from '../low-bit.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...lowBit,
  name: 'rollback-rewinds',
  title: 'F4-2; a failed update publishes the old set again as it was, generation and all',
  source: 'negative control for S4.8; 20ec3ebd707c installs it as an update like any other',
  expect: { broken: ['generation-reuse', 'stale-mmio'] },

  *reinstallMemslots(t, kvm, asId, slots) {
    yield* t.rcuAssignPointer(memslotsOf(kvm, asId), slots)
    yield* t.synchronizeSrcu(kvm.srcu)
  },
})
