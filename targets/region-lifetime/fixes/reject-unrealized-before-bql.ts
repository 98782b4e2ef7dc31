import { defineFix } from '#harness/define.js'
import { memoryRegionDispatch, prepareMmioAccess } from '../memory.js'
import { ownerRealized, reject } from '../reject.js'
import regionLifetime from '../target.js'

export default defineFix(regionLifetime, {
  ...reject,
  name: 'reject-unrealized-before-bql',
  title: 'Reject accesses to regions of unrealized owners, the check before the BQL is taken',
  source: 'Negative control: the wait for the BQL is between check and use',
  expect: { broken: ['use-after-free'] },

  *mmioAccess(t, b, mr) {
    if (!(yield* ownerRealized(t, mr))) return
    const locked = yield* prepareMmioAccess(t, mr)
    yield* memoryRegionDispatch(t, b, mr)
    if (locked) yield* t.unlock(t.machine.bql)
  },
})
