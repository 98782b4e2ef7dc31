import { defineFix } from '#harness/define.js'
import flatview from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(flatview, {
  ...upstream,
  name: 'baseline-asserted',
  title: 'Upstream, with the assertion in pci_bridge_region_init that confirms the hazard',
  source: 'Akihiko Odaki, qemu-devel, October 2025 (seed 004)',
  expect: { broken: ['assertion', 'stale-topology'] },

  *pciBridgeRegionInit(t, w, br) {
    const view = yield* t.plainRead((w.parent.spaces[0] as (typeof w.parent.spaces)[0]).as.currentMap)
    if (view) {
      const root = yield* t.plainRead(view.root)
      t.assert(root !== br.windows[0], 'PCI_BRIDGE(parent_dev)->as_io.current_map->root != &w->alias_io')
    }
    yield* upstream.pciBridgeRegionInit(t, w, br)
  },
})
