import { defineFix } from '#harness/define.js'
import { byReference } from '../by-reference.js'
import vfioUserDma from '../target.js'

export default defineFix(vfioUserDma, {
  ...byReference,
  name: 'by-reference',
  title: 'FlatViews and mapped buffers hold the region; its finalization calls vfu_device_unmapped()',
  source: 'Seed 002 with the region counted itself (D-5); the library resets connections as it does today',
  expect: { broken: ['use-after-free'] },
})
