import { defineFix } from '#harness/define.js'
import { pciUnregisterIoRegions } from '../device.js'
import { GuardedDevice, setGoingAway, updateMappingsUnlessGoing } from '../guard.js'
import regionLifetime from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(regionLifetime, {
  ...upstream,
  name: 'unparent-waits-guarded',
  title:
    'Unparent waits with the BQL dropped, and a "going away" flag keeps others from mapping the BAR or unplugging',
  source: 'Variant of Paolo Bonzini, 19 June 2026 (seed 002)',
  expect: { broken: ['deadlock', 'use-after-free'] },
  device: GuardedDevice,
  pciUpdateMappings: updateMappingsUnlessGoing,

  *deviceUnparent(t, b, dev: GuardedDevice) {
    const { bql } = t.machine
    if (!(yield* setGoingAway(t, dev))) return
    yield* pciUnregisterIoRegions(t, b, dev)
    yield* t.unlock(bql)
    yield* t.synchronizeRcu()
    yield* t.lock(bql)
    yield* upstream.deviceUnparent(t, b, dev)
  },
})
