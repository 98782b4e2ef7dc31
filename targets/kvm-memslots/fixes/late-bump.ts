import { defineFix } from '#harness/define.js'
import { memslotsOf } from '../entities.js'
import kvmMemslots from '../target.js'
import { upstream } from '../upstream.js'
import type { KvmFix } from '../world.js'

export default defineFix(kvmMemslots, {
  ...upstream,
  name: 'late-bump',
  title: 'F4-1: the new set carries the old generation; the next one after the SRCU wait',
  source: 'Xiao Guangrong, 14 August 2014 (seed 003)',
  // Right for sptes. The vCPU's cache and the cached slot pointer take the old generation for the old set.
  expect: { broken: ['stale-mmio', 'use-after-free', 'data-race', 'generation-reuse'] },

  *installNewMemslots(this: KvmFix, t, kvm, asId, slots, old) {
    const generation = yield* t.read(old.generation)
    yield* t.write(slots.generation, generation)
    yield* t.rcuAssignPointer(memslotsOf(kvm, asId), slots)
    yield* t.synchronizeSrcu(kvm.srcu)
    const next = generation + kvm.addressSpaces
    yield* t.write(slots.generation, next)
    yield* this.kvmArchMemslotsUpdated(t, kvm, next)
  },
})
