import { defineFix } from '#harness/define.js'
import { mmioAccessUnderBql, reject } from '../reject.js'
import regionLifetime from '../target.js'

export default defineFix(regionLifetime, {
  ...reject,
  name: 'reject-unrealized-bql',
  title: 'Reject accesses to regions of unrealized owners, with every callback under the BQL',
  source: 'Repair of "reject-unrealized": no lockless regions',
  mmioAccess: mmioAccessUnderBql,
})
