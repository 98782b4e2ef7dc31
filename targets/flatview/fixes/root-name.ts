import { defineFix } from '#harness/define.js'
import flatview from '../target.js'
import { named } from '../upstream.js'

export default defineFix(flatview, {
  ...named,
  name: 'root-name',
  title: 'No root in the FlatView, only a copy of its name',
  source: 'Peter Xu, qemu-devel, 7 November 2025 (seed 001)',
  // Nothing keeps a key of flat_views from outliving its region.
  expect: { broken: ['stale-topology'] },
})
