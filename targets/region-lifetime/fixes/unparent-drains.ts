import { defineFix } from '#harness/define.js'
import { pciUnregisterIoRegions } from '../device.js'
import { GuardedDevice, setGoingAway, updateMappingsUnlessGoing } from '../guard.js'
import regionLifetime from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(regionLifetime, {
  ...upstream,
  name: 'unparent-drains',
  title: 'Unparent waits with drain_call_rcu, which drops the BQL by itself; with the "going away" flag',
  source: 'Variant of Paolo Bonzini, 19 June 2026 (seed 002); drain_call_rcu as device_add uses it',
  expect: { broken: ['deadlock', 'use-after-free'] },
  device: GuardedDevice,
  pciUpdateMappings: updateMappingsUnlessGoing,

  *deviceUnparent(t, b, dev: GuardedDevice) {
    if (!(yield* setGoingAway(t, dev))) return
    yield* pciUnregisterIoRegions(t, b, dev)
    yield* t.drainCallRcu()
    yield* upstream.deviceUnparent(t, b, dev)
  },
})
