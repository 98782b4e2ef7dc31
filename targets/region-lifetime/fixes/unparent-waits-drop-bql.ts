import { defineFix } from '#harness/define.js'
import { pciUnregisterIoRegions } from '../device.js'
import regionLifetime from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(regionLifetime, {
  ...upstream,
  name: 'unparent-waits-drop-bql',
  title: 'Unparent waits for a grace period between unmap and unrealize, with the BQL dropped',
  source: 'Paolo Bonzini, 19 June 2026 (seed 002): unparent should wait for pending accesses',
  expect: { broken: ['deadlock', 'use-after-free'] },

  *deviceUnparent(t, b, dev) {
    const { bql } = t.machine
    yield* pciUnregisterIoRegions(t, b, dev)
    yield* t.unlock(bql)
    yield* t.synchronizeRcu()
    yield* t.lock(bql)
    yield* upstream.deviceUnparent(t, b, dev)
  },
})
