import { defineFix } from '#harness/define.js'
import { allocatedWindows } from '../allocated.js'
import { transactionBegin, transactionCommit } from '../memory.js'
import { pciBridgeRegionDel, takeWindows } from '../pci-bridge.js'
import { regionUnparent } from '../qom.js'
import flatview from '../target.js'

export default defineFix(flatview, {
  ...allocatedWindows,
  name: 'windows-freed-after-commit',
  title: 'New windows are allocated, the old ones freed after the commit (upstream until 2023)',
  source: 'hw/pci/pci_bridge.c before the windows were embedded; hazard H2-2',
  expect: { broken: ['free-while-reachable', 'use-after-free'] },

  *pciBridgeUpdateMappings(t, w, br) {
    const windows = yield* takeWindows(t, br)
    yield* transactionBegin(t, w)
    yield* pciBridgeRegionDel(t, w, windows)
    yield* w.fix.pciBridgeRegionInit(t, w, br)
    yield* transactionCommit(t, w)
    yield* w.fix.pciBridgeRegionCleanup(t, w, windows)
  },

  *pciBridgeRegionCleanup(t, w, windows) {
    for (const alias of windows) {
      yield* regionUnparent(t, w, alias)
      yield* t.free(alias)
    }
  },
})
