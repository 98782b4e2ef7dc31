import { defineFix } from '#harness/define.js'
import { allocatedWindows } from '../allocated.js'
import { regionUnparent } from '../qom.js'
import flatview from '../target.js'

export default defineFix(flatview, {
  ...allocatedWindows,
  name: 'alias-freed-after-unparent',
  title: 'Aliases from g_new(), freed right after object_unparent(); the root holds a reference on its owner',
  source: "Akihiko Odaki's example, qemu-devel, 7 November 2025 (seed 001)",
  expect: { broken: ['free-while-reachable', 'stale-topology', 'use-after-free'] },

  *pciBridgeRegionCleanup(t, w, windows) {
    for (const alias of windows) {
      yield* regionUnparent(t, w, alias)
      yield* t.free(alias)
    }
  },
})
