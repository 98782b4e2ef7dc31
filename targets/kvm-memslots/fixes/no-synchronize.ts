import { defineFix } from '#harness/define.js'
import { memslotsOf } from '../entities.js'
import kvmMemslots from '../target.js'
import { upstream } from '../upstream.js'
import type { KvmFix } from '../world.js'

export default defineFix(kvmMemslots, {
  ...upstream,
  name: 'no-synchronize',
  title: 'F4-7: no synchronize_srcu',
  source: 'negative control',
  expect: { broken: ['use-after-free', 'data-race', 'stale-mmio', 'stale-ram', 'wrong-memory'] },

  *installNewMemslots(this: KvmFix, t, kvm, asId, slots, old) {
    const generation = (yield* t.read(old.generation)) + kvm.addressSpaces
    yield* t.write(slots.generation, generation)
    yield* t.rcuAssignPointer(memslotsOf(kvm, asId), slots)
    yield* this.kvmArchMemslotsUpdated(t, kvm, generation)
  },
})
