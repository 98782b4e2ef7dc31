import { defineFix } from '#harness/define.js'
import { commitAndQueue, DeferredDevice, DeferringAddressSpace, queueWhenPublished } from '../deferred.js'
import { pciUnregisterIoRegions } from '../device.js'
import regionLifetime from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(regionLifetime, {
  ...upstream,
  name: 'unrealize-in-callback-published',
  title:
    'Unrealize in an RCU callback that is queued only when the outermost transaction has published the map',
  source:
    'The asynchronous form of "unparent waits", with the order of the vhost-user host notifier fix of 2022',
  expect: { broken: ['callback-queued-twice', 'lost-callback', 'use-after-free'] },
  device: DeferredDevice,
  addressSpace: DeferringAddressSpace,
  memoryRegionTransactionCommit: commitAndQueue,

  *deviceUnparent(t, b, dev: DeferredDevice) {
    yield* pciUnregisterIoRegions(t, b, dev)
    yield* queueWhenPublished(t, b, dev)
  },
})
