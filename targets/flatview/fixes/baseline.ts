import { defineFix } from '#harness/define.js'
import flatview from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(flatview, {
  ...upstream,
  name: 'baseline',
  title:
    "Upstream: the root holds a reference on its owner; the bridge's aliases are initialised again in place",
  source: 'system/memory.c, hw/pci/pci_bridge.c (seeds 001 and 004)',
  expect: { broken: ['stale-topology'] },
})
