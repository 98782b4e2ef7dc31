import { defineTarget } from '#harness/define.js'
import type { Machine } from '#harness/machine/index.js'
import { mainThread, migration, vcpu } from './actors.js'
import { bench } from './bench.js'
import { worldOf } from './boot.js'
import { bounds } from './bounds.js'
import { reportPinned } from './oracle.js'
import { scenario, type Scenario } from './scenario.js'
import { scenarios } from './scenarios.js'
import type { FlatViewFix } from './world.js'

function build(m: Machine, s: Scenario, fix: FlatViewFix): void {
  const world = worldOf(m, fix, s)
  // All that decides anything lies in memory.
  m.book(() => [])
  m.spawn('main', 'main', (t) => mainThread(t, world, s.main))
  if (s.migration > 0) m.spawn('migration', 'migration', (t) => migration(t, world, s.migration))
  s.vcpus.forEach((accesses, i) => m.spawn(`vcpu${i}`, 'vcpu', (t) => vcpu(t, world, accesses)))
  m.spawnCallRcu()
  m.atEnd(() => {
    reportPinned(m, world)
  })
}

export default defineTarget<FlatViewFix, Scenario>({
  name: 'flatview',
  title: 'FlatView roots, the flat_views hash and the aliases of a PCI bridge',
  source:
    'qemu-devel, October and November 2025: "memory: Make FlatView root references weak" (Akihiko Odaki, Peter Xu)',
  scenario,
  methods: {
    flatviewNew: 'system/memory.c: flatview_new',
    flatviewUnref: 'system/memory.c: flatview_unref; any thread, with the BQL or without',
    flatviewDestroy: 'system/memory.c: flatview_destroy; in the call_rcu thread',
    mtreePrintFlatview: 'system/memory.c: mtree_print_flatview; what the monitor reads of the root',
    memoryRegionFinalize: 'system/memory.c: memory_region_finalize',
    pciBridgeRegionInit: 'hw/pci/pci_bridge.c: pci_bridge_region_init',
    pciBridgeRegionCleanup: 'hw/pci/pci_bridge.c: pci_bridge_region_cleanup, of the windows that were there',
    pciBridgeUpdateMappings: 'hw/pci/pci_bridge.c: pci_bridge_update_mappings',
  },
  threads: (s) => 2 + Number(s.migration > 0) + s.vcpus.length,
  build,
  scenarios,
  bounds,
  bench,
})
