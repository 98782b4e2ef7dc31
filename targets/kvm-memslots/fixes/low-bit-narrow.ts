import { defineFix } from '#harness/define.js'
import { lowBit } from '../low-bit.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...lowBit,
  name: 'low-bit-narrow',
  title: 'F4-2 where an spte has room for two bits: the generation soon wraps around',
  source: 'Linux 3.17, with MMIO_GEN_SHIFT 2',
  // The zap comes after the new generation; and a hit reads the spte first and the generation after it.
  expect: { broken: ['stale-mmio'] },
  mmioGenerationBits: 2,
})
