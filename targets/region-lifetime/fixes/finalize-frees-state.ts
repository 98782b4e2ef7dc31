import { defineFix } from '#harness/define.js'
import { freePrivateState } from '../device.js'
import { reject } from '../reject.js'
import regionLifetime from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(regionLifetime, {
  ...upstream,
  name: 'finalize-frees-state',
  title: 'Free what callbacks use in instance_finalize, not in exit',
  source: 'docs/devel/memory.rst, "Region lifecycle": the advice to device authors',
  // Memory-safe; but the callbacks of an unrealized device are called.
  expect: { broken: ['unrealized-owner'] },
  memoryRegionFinalize: reject.memoryRegionFinalize,

  *pciExit() {},

  *deviceFinalize(t, b, dev) {
    yield* freePrivateState(t, dev)
    yield* upstream.deviceFinalize(t, b, dev)
  },
})
