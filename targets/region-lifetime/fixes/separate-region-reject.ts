import { defineFix } from '#harness/define.js'
import { mmioAccessUnderBql, reject } from '../reject.js'
import { separate } from '../separate.js'
import regionLifetime from '../target.js'

export default defineFix(regionLifetime, {
  ...reject,
  ...separate,
  name: 'separate-region-reject',
  title: 'Separate regions with a raw owner, and accesses rejected where the owner is unrealized',
  source: 'The RFC with the follow-up that Akihiko Odaki proposes, 22 June 2026 (seed 002)',
  // The check itself looks at the owner, which nothing keeps.
  expect: { broken: ['use-after-free'] },
  mmioAccess: mmioAccessUnderBql,
})
