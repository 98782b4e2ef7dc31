import { defineFix } from '#harness/define.js'
import { objectWindows } from '../allocated.js'
import { RootedFlatView } from '../entities.js'
import { dropRanges } from '../memory.js'
import { memoryRegionRef, regionRef, objectUnref, regionUnref } from '../qom.js'
import flatview from '../target.js'

export default defineFix(flatview, {
  ...objectWindows,
  name: 'region-and-owner-reference',
  title: 'region-reference, and a reference on the owner as well, in whose storage the root may lie',
  source: 'Repair of region-reference (F2-6), ours',

  *flatviewNew(t, w, root) {
    const view = yield* t.alloc(RootedFlatView, w.names.view())
    yield* t.plainWrite(view.root, root)
    yield* memoryRegionRef(t, root)
    if (root) yield* regionRef(t, root)
    return view
  },

  *flatviewDestroy(t, w, view) {
    yield* dropRanges(t, w, view)
    const root = yield* t.plainRead(view.root)
    if (root) {
      // The owner last: the root may be part of it.
      const owner = yield* t.plainRead(root.owner)
      yield* regionUnref(t, w, root)
      if (owner) yield* objectUnref(t, w, owner)
    }
    yield* t.free(view)
  },
})
