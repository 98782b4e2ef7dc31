import { defineFix } from '#harness/define.js'
import { separate } from '../separate.js'
import regionLifetime from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(regionLifetime, {
  ...upstream,
  ...separate,
  name: 'separate-region',
  title: 'Regions are allocated on their own and referenced themselves; the owner is a raw pointer',
  source: 'Daniel P. Berrangé, [RFC 4/7] system: add memory_region_new, June 2026 (seed 002)',
  expect: { broken: ['use-after-free'] },
})
