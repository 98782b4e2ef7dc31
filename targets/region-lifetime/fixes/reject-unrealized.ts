import { defineFix } from '#harness/define.js'
import { reject } from '../reject.js'
import regionLifetime from '../target.js'

export default defineFix(regionLifetime, {
  ...reject,
  name: 'reject-unrealized',
  title: 'Reject accesses to regions of unrealized owners; memory is unmapped when its region is finalized',
  source: 'Akihiko Odaki, 22 June 2026 (seed 002)',
  // Sound where the check and the callback are under the BQL; a lockless region has no such thing.
  expect: { broken: ['use-after-free'] },
})
