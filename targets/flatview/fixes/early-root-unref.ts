import { defineFix } from '#harness/define.js'
import { dropRanges } from '../memory.js'
import { memoryRegionUnref } from '../qom.js'
import flatview from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(flatview, {
  ...upstream,
  name: 'early-root-unref',
  title: "The root's owner is let go in flatview_unref, a grace period earlier",
  source: 'Idea of 29 October 2025, refuted on 3 November; negative control for H2-4',
  expect: { broken: ['data-race', 'finalize-outside-bql', 'stale-topology'] },

  *flatviewUnref(t, w, view) {
    if ((yield* t.fetchAdd(view.ref, -1)) !== 1) return
    yield* memoryRegionUnref(t, w, yield* t.plainRead(view.root))
    yield* t.callRcu(view.rcu, w.fix.flatviewDestroy, w, view)
  },

  *flatviewDestroy(t, w, view) {
    yield* dropRanges(t, w, view)
    yield* t.free(view)
  },
})
