import { defineFix } from '#harness/define.js'
import vfioUserDma from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(vfioUserDma, {
  ...upstream,
  name: 'baseline',
  title: 'Today: unlink, unparent, return; the library munmaps and replies',
  source: 'hw/remote/vfio-user-obj.c: dma_unregister (D-0)',
  expect: { broken: ['assertion', 'leak', 'use-after-free', 'wrong-region'] },
})
