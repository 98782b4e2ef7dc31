import { defineFix } from '#harness/define.js'
import { low } from '../generation.js'
import { lowBit } from '../low-bit.js'
import { zapAllPages } from '../memslots.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...lowBit,
  name: 'wrap-in-one-space',
  title: 'F4-2 with three bits, and a wrap-around that is noticed in address space 0 only',
  source: 'Linux 4.2 to 5.0: generation == 0 is never true of 2, 6, 10, ... (fixed by e1359e2beb8b)',
  expect: { broken: ['stale-mmio'] },
  mmioGenerationBits: 3,

  *kvmArchMemslotsUpdated(t, kvm, generation) {
    if (low(kvm, generation) === 0) yield* zapAllPages(t, kvm)
  },
})
