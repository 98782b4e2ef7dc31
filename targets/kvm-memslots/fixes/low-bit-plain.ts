import { defineFix } from '#harness/define.js'
import { memslotsOf } from '../entities.js'
import { lowBit } from '../low-bit.js'
import kvmMemslots from '../target.js'
import type { KvmFix } from '../world.js'

export default defineFix(kvmMemslots, {
  ...lowBit,
  name: 'low-bit-plain',
  title: 'F4-2 to the letter: `slots->generation++` on the live set is plain C',
  source: 'Paolo Bonzini, 18 August 2014 (seed 003)',
  // A formal race, as KCSAN would report it; a word that one instruction stores does not tear.
  expect: { broken: ['data-race'] },

  *installNewMemslots(this: KvmFix, t, kvm, asId, slots, old) {
    const generation = yield* t.plainRead(old.generation)
    yield* t.plainWrite(slots.generation, generation + 1)
    yield* t.rcuAssignPointer(memslotsOf(kvm, asId), slots)
    yield* t.synchronizeSrcu(kvm.srcu)
    const next = generation + 2 * kvm.addressSpaces
    yield* t.plainWrite(slots.generation, next)
    yield* this.kvmArchMemslotsUpdated(t, kvm, next)
  },
})
