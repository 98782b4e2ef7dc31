import { defineFix } from '#harness/define.js'
import { inProgressBit } from '../in-progress.js'
import kvmMemslots from '../target.js'

export default defineFix(kvmMemslots, {
  ...inProgressBit,
  name: 'in-progress-bit',
  title: 'Upstream today: bit 63 while an update is under way, zap before the new generation',
  source: 'Sean Christopherson, Linux 5.1 (361209e054a2, 164bf7e56c5a, 152482580a1b)',
})
