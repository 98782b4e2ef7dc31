import { defineFix } from '#harness/define.js'
import { oneDereference } from '../one-dereference.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...oneDereference,
  name: 'one-dereference-narrow',
  title: 'F4-5 where an spte has room for two bits: the generation soon wraps around',
  source: 'seed 003, with a generation of two bits in sptes',
  // The generation is visible from the publication on, and the zap comes after the SRCU wait.
  expect: { broken: ['stale-mmio'] },
  mmioGenerationBits: 2,
})
