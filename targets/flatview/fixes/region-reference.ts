import { defineFix } from '#harness/define.js'
import { objectWindows } from '../allocated.js'
import { RootedFlatView } from '../entities.js'
import { dropRanges } from '../memory.js'
import { regionRef, regionUnref } from '../qom.js'
import flatview from '../target.js'

export default defineFix(flatview, {
  ...objectWindows,
  name: 'region-reference',
  title: 'Aliases are allocated, and a FlatView holds a reference on its root region itself',
  source: 'Alternative discussed under seed 004 (F2-6)',
  // A container that is embedded in its device dies with it, whoever holds a reference on the container.
  expect: { broken: ['free-while-reachable', 'stale-topology', 'use-after-free'] },

  *flatviewNew(t, w, root) {
    const view = yield* t.alloc(RootedFlatView, w.names.view())
    yield* t.plainWrite(view.root, root)
    if (root) yield* regionRef(t, root)
    return view
  },

  *flatviewDestroy(t, w, view) {
    yield* dropRanges(t, w, view)
    const root = yield* t.plainRead(view.root)
    if (root) yield* regionUnref(t, w, root)
    yield* t.free(view)
  },
})
