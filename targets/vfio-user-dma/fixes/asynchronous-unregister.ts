import { defineFix } from '#harness/define.js'
import { parking, regionUnmapped } from '../asynchronous.js'
import vfioUserDma from '../target.js'
import { unlinkMapping } from '../upstream.js'

export default defineFix(vfioUserDma, {
  ...parking,
  name: 'asynchronous-unregister',
  title: 'Unlink, answer EBUSY; vfu_device_unmapped() after a grace period; then munmap and reply',
  source: 'Akihiko Odaki, qemu-devel, June 2026 (seed 002): vfu_device_unmapped() (D-2)',
  expect: { broken: ['assertion', 'use-after-free', 'wrong-region'] },

  *dmaUnregister(t, s, mapping) {
    const mr = yield* unlinkMapping(t, s, mapping)
    if (mr === null) return 'done'
    yield* t.callRcu(mr.rcu, regionUnmapped, s, mr, mapping)
    return 'EBUSY'
  },
})
