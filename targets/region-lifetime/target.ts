import { defineTarget } from '#harness/define.js'
import type { Machine } from '#harness/machine/index.js'
import { mainThread, mapUser, vcpu } from './actors.js'
import type { Board, RegionFix } from './board.js'
import { bench } from './bench.js'
import { bounds } from './bounds.js'
import { bootBoard, bootDevice, bootPage } from './boot.js'
import { LifetimeOracle } from './oracle.js'
import { scenario, tidy, type Scenario } from './scenario.js'
import { scenarios } from './scenarios.js'

function build(m: Machine, s: Scenario, fix: RegionFix): void {
  const bare = bootBoard(m, fix)
  const board: Board = { ...bare, oracle: new LifetimeOracle(m, bare.as, bare.bus) }
  const devices = s.devices.map((kind, slot) => bootDevice(m, board, slot, kind))
  const page = s.dynamicRegion && devices[0] ? bootPage(m, board, devices[0]) : null
  s.vcpus.forEach((v, i) => m.spawn(`vcpu${i}`, 'vcpu', (t) => vcpu(t, board, v)))
  s.maps.forEach((map) => m.spawn('io', 'io', (t) => mapUser(t, board, map)))
  m.spawn('main', 'main', (t) => mainThread(t, board, s.main, page))
  m.spawnCallRcu()
}

export default defineTarget<RegionFix, Scenario>({
  name: 'region-lifetime',
  title: 'A memory region and its owner when the device is unplugged',
  source: 'qemu-devel, June 2026: "[RFC 4/7] system: add memory_region_new" (seed 002)',
  scenario,
  tidy,
  methods: {
    memoryRegionRef: 'system/memory.c: what keeps a region alive; its owner, upstream',
    memoryRegionUnref: 'system/memory.c: drops it',
    memoryRegionUnparent: 'object_unparent of a region that was made at run time',
    memoryRegionFinalize: 'system/memory.c: memory_region_finalize',
    memoryRegionTransactionCommit: 'system/memory.c: publishes the map, at the outermost level',
    mmioAccess: 'system/physmem.c: an access that is not direct: BQL and callback',
    pciUpdateMappings: 'hw/pci/pci.c: maps the BAR as the command register says',
    pciExit: "the device's exit: frees its private state",
    deviceUnparent: 'object_unparent of the device, under the BQL',
    deviceUnref: 'object_unref of the device',
    deviceFinalize: 'object_finalize of the device',
  },
  threads: (s) => s.vcpus.length + s.maps.length + 2,
  build,
  scenarios,
  bounds,
  bench,
})
