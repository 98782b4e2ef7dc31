import { defineFix } from '#harness/define.js'
import { memslotsOf } from '../entities.js'
import { lowBit } from '../low-bit.js'
import { wrapped, zapAllPages } from '../memslots.js'
import kvmMemslots from '../target.js'
import type { KvmFix } from '../world.js'

export default defineFix(kvmMemslots, {
  ...lowBit,
  name: 'shared-generations',
  title: 'F4-2 with two address spaces that both count 0, 2, 4, ...',
  source: 'negative control for S4.7; f481b069e674 splits the generations up',
  expect: { broken: ['generation-reuse', 'stale-mmio', 'stale-ram', 'wrong-memory'] },

  firstGeneration: () => 0,

  *installNewMemslots(this: KvmFix, t, kvm, asId, slots, old) {
    const generation = yield* t.read(old.generation)
    yield* t.write(slots.generation, generation + 1)
    yield* t.rcuAssignPointer(memslotsOf(kvm, asId), slots)
    yield* t.synchronizeSrcu(kvm.srcu)
    yield* t.write(slots.generation, generation + 2)
    yield* this.kvmArchMemslotsUpdated(t, kvm, generation + 2)
  },

  *kvmArchMemslotsUpdated(t, kvm, generation) {
    if (wrapped(kvm, generation, 2)) yield* zapAllPages(t, kvm)
  },
})
