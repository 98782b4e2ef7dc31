import { defineFix } from '#harness/define.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { MemoryRegion } from '../entities.js'
import { regionUnparent } from '../qom.js'
import flatview from '../target.js'
import windowsFreedAfterCommit from './windows-freed-after-commit.js'

export default defineFix(flatview, {
  ...windowsFreedAfterCommit,
  name: 'windows-freed-by-rcu',
  title: 'windows-freed-after-commit, but g_free_rcu()',
  source: 'Negative control for S2.8 (the order of callbacks), ours',
  expect: { broken: ['use-after-free'] },

  *pciBridgeRegionCleanup(t, w, windows) {
    for (const alias of windows) {
      yield* regionUnparent(t, w, alias)
      yield* t.callRcu(alias.rcu, freeRegion, alias)
    }
  },
})

function* freeRegion(t: Thread, alias: MemoryRegion): Coroutine<void> {
  yield* t.free(alias)
}
