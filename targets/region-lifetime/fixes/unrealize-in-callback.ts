import { defineFix } from '#harness/define.js'
import { unrealizeAndDrop } from '../deferred.js'
import { pciUnregisterIoRegions } from '../device.js'
import regionLifetime from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(regionLifetime, {
  ...upstream,
  name: 'unrealize-in-callback',
  title: 'Unmap; an RCU callback unrealizes the device and drops it',
  source: 'The asynchronous form of "unparent waits" (seed 002)',
  expect: { broken: ['callback-queued-twice', 'lost-callback', 'use-after-free'] },

  *deviceUnparent(t, b, dev) {
    yield* pciUnregisterIoRegions(t, b, dev)
    yield* t.callRcu(dev.rcu, unrealizeAndDrop, b, dev)
  },
})
