import { defineFix } from '#harness/define.js'
import { low } from '../generation.js'
import { Spte } from '../entities.js'
import { lowBit } from '../low-bit.js'
import { currentGeneration } from '../mmu.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...lowBit,
  name: 'low-bit-no-store',
  title: 'F4-4: the low bit, and nothing is stored in any MMIO cache while it is set',
  source: 'seed 003, "skip the caching if the low bit is set", taken at its word',

  *markMmioSpte(t, kvm, asId) {
    const generation = yield* currentGeneration(t, kvm, asId)
    return generation % 2 === 1 ? null : new Spte(null, low(kvm, generation))
  },

  *vcpuCacheMmioInfo(t, kvm, vcpu, asId, gfn) {
    const generation = yield* currentGeneration(t, kvm, asId)
    if (generation % 2 === 1) return
    vcpu.mmioGeneration = generation
    vcpu.mmioGfn = gfn
  },
})
