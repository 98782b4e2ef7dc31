import { defineFix } from '#harness/define.js'
import { freeRegion, parking, quiesced } from '../asynchronous.js'
import { AddressSpace } from '../entities.js'
import vfioUserDma from '../target.js'
import { unlinkMapping } from '../upstream.js'

/** The head that the quiesce callback queues. */
class QuiescingAddressSpace extends AddressSpace {
  readonly rcu = this.rcuHead('rcu')
}

export default defineFix(vfioUserDma, {
  ...parking,
  state: QuiescingAddressSpace,
  name: 'quiesce-grace-period',
  title: 'The quiesce callback waits for a grace period; then unlink, munmap and reply as today',
  source: 'Thanos Makatos, qemu-devel, June 2026 (seed 002): vfu_device_quiesced() (D-1)',
  expect: { broken: ['assertion', 'lost-reply', 'use-after-free', 'wrong-region'] },

  *quiesceCb(t, s) {
    yield* t.callRcu((s.as as QuiescingAddressSpace).rcu, quiesced, s)
    return 'EBUSY'
  },

  *dmaUnregister(t, s, mapping) {
    const mr = yield* unlinkMapping(t, s, mapping)
    if (mr) yield* t.callRcu(mr.rcu, freeRegion, mr)
    return 'done'
  },
})
