import { defineFix } from '#harness/define.js'
import { inProgressBit } from '../in-progress.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...inProgressBit,
  name: 'in-progress-bit-narrow',
  title: 'Upstream today where an spte has room for two bits: the generation soon wraps around',
  source: 'Linux 5.1, with a generation of two bits in sptes',
  // The zap comes first, but a hit has read the spte before it, and reads the generation after all.
  expect: { broken: ['stale-mmio'] },
  mmioGenerationBits: 2,
})
