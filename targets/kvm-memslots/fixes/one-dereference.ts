import { defineFix } from '#harness/define.js'
import { oneDereference } from '../one-dereference.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...oneDereference,
  name: 'one-dereference',
  title: 'F4-5: pass the memslots struct down; each fault dereferences it once',
  source: 'Paolo Bonzini, 18 August 2014 (seed 003): "a tedious change"',
})
