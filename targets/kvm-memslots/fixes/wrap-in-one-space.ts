import { defineFix } from '#harness/define.js'
import { low } from '../generation.js'
import { generationFirst } from '../generation-first.js'
import { zapAllPages } from '../memslots.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...generationFirst,
  name: 'wrap-in-one-space',
  title: 'Our repair with two bits, and a wrap-around that is noticed in address space 0 only',
  source: 'negative control: the check of Linux 4.2 to 5.0 (fixed by e1359e2beb8b)',
  // The generations of the second address space are odd here: none of them is ever 0.
  expect: { broken: ['stale-mmio'] },
  mmioGenerationBits: 2,

  *kvmArchMemslotsUpdated(t, kvm, generation) {
    if (low(kvm, generation) === 0) yield* zapAllPages(t, kvm)
  },
})
