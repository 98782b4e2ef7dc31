import { defineFix } from '#harness/define.js'
import { lowBit } from '../low-bit.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...lowBit,
  name: 'low-bit',
  title: 'F4-2: the generation is odd while an update is under way, and sptes never match then',
  source: 'Paolo Bonzini, 18 August 2014 (seed 003); Linux 3.17, ee3d1570b586',
})
