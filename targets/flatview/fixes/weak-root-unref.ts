import { defineFix } from '#harness/define.js'
import flatview from '../target.js'
import { upstream, weaklyRooted } from '../upstream.js'

export default defineFix(flatview, {
  ...weaklyRooted,
  name: 'weak-root-unref',
  title: 'The same, and finalize drops the reference that the hash held; flatview_unref asserts no root',
  source: 'Variant of seed 004 (F2-2)',

  *memoryRegionFinalize(t, w, mr) {
    const view = yield* weaklyRooted.stealView(t, w, mr)
    if (view) yield* w.fix.flatviewUnref(t, w, view)
    yield* upstream.memoryRegionFinalize(t, w, mr)
  },

  *flatviewUnref(t, w, view) {
    if ((yield* t.fetchAdd(view.ref, -1)) !== 1) return
    // trace_flatview_destroy_rcu(view, view->root);
    yield* t.plainRead(view.root)
    yield* t.callRcu(view.rcu, w.fix.flatviewDestroy, w, view)
  },
})
