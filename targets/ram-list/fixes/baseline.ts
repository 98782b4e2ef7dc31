import { defineFix } from '#harness/define.js'
import ramList from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(ramList, {
  ...upstream,
  name: 'baseline',
  title: 'Upstream before the thread: the MRU is cleared at removal only',
  source: 'system/physmem.c (seed 000)',
  expect: { broken: ['use-after-free', 'wrong-address'] },
})
