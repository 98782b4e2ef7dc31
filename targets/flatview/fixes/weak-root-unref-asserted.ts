import { defineFix } from '#harness/define.js'
import flatview from '../target.js'
import { weaklyRooted } from '../upstream.js'
import weakRootUnref from './weak-root-unref.js'

export default defineFix(flatview, {
  ...weakRootUnref,
  name: 'weak-root-unref-asserted',
  title: 'weak-root-unref, but flatview_unref still asserts view->root, as posted',
  source: 'Negative control: what mending the leak alone would do to seed 004, ours',
  expect: { broken: ['assertion'] },

  flatviewUnref: weaklyRooted.flatviewUnref,
})
