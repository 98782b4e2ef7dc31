import { defineFix } from '#harness/define.js'
import regionLifetime from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(regionLifetime, {
  ...upstream,
  name: 'baseline',
  title: 'Upstream: unmap, unrealize and free at once; references keep the device, not its state',
  source: 'hw/core/qdev.c, hw/pci/pci.c, system/memory.c (seed 002)',
  expect: { broken: ['use-after-free'] },
})
