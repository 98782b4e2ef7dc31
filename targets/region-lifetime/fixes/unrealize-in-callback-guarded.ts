import { defineFix } from '#harness/define.js'
import { commitAndQueue, DeferredDevice, DeferringAddressSpace, queueWhenPublished } from '../deferred.js'
import { pciUnregisterIoRegions } from '../device.js'
import { setGoingAway, updateMappingsUnlessGoing } from '../guard.js'
import regionLifetime from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(regionLifetime, {
  ...upstream,
  name: 'unrealize-in-callback-guarded',
  title: 'Unrealize in an RCU callback queued after publication; a "going away" flag until then',
  source: 'Repair of the candidate above: no wait anywhere',
  device: DeferredDevice,
  addressSpace: DeferringAddressSpace,
  memoryRegionTransactionCommit: commitAndQueue,
  pciUpdateMappings: updateMappingsUnlessGoing,

  *deviceUnparent(t, b, dev: DeferredDevice) {
    if (!(yield* setGoingAway(t, dev))) return
    yield* pciUnregisterIoRegions(t, b, dev)
    yield* queueWhenPublished(t, b, dev)
  },
})
