import { defineFix } from '#harness/define.js'
import flatview from '../target.js'
import { steal } from '../memory.js'
import { named, upstream } from '../upstream.js'

export default defineFix(flatview, {
  ...named,
  name: 'root-name-remove-key',
  title: "Only a copy of the root's name, and finalize removes the region's entry from flat_views",
  source: 'Variant of seed 001 (F2-4)',

  /** `g_hash_table_remove(flat_views, mr)`: its destroy-notify is `flatview_unref`. */
  *memoryRegionFinalize(t, w, mr) {
    const view = yield* steal(t, w, mr)
    if (view) yield* w.fix.flatviewUnref(t, w, view)
    yield* upstream.memoryRegionFinalize(t, w, mr)
  },
})
