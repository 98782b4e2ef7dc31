import { defineFix } from '#harness/define.js'
import { posted } from '../posted.js'
import ramList from '../target.js'

export default defineFix(ramList, {
  ...posted,
  name: 'seqlock-as-posted',
  title: 'The seqlock patch as posted: mru_version is read plainly, and the host lookup is not touched',
  source: 'Peter Xu, qemu-devel, 8 June 2026, "fix mru_block" (seed 000)',
  expect: { broken: ['data-race', 'use-after-free', 'wrong-address'] },
})
