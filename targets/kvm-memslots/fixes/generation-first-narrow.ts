import { defineFix } from '#harness/define.js'
import { generationFirst } from '../generation-first.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...generationFirst,
  name: 'generation-first-narrow',
  title: 'Our repair where an spte has room for two bits: the generation soon wraps around',
  source: 'our repair of in-progress-bit-narrow',
  mmioGenerationBits: 2,
})
