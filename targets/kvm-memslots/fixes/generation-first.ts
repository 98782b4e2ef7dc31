import { defineFix } from '#harness/define.js'
import { generationFirst } from '../generation-first.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...generationFirst,
  name: 'generation-first',
  title: 'Each fault takes the generation once, before all else, and stamps with that',
  source: 'our repair of in-progress-bit',
})
