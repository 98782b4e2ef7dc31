import { defineTarget } from '#harness/define.js'
import type { Machine } from '#harness/machine/index.js'
import { bench } from './bench.js'
import { bounds } from './bounds.js'
import { migration, mainThread, reader } from './actors.js'
import { MemoryRegion, RAMBlock, RAMList } from './entities.js'
import { Began, ListOracle } from './oracle.js'
import { scenario, tidy, type Scenario } from './scenario.js'
import { scenarios } from './scenarios.js'
import { hostAddress, slotRange, type RamListFix, type World } from './world.js'

function build(m: Machine, s: Scenario, fix: RamListFix): void {
  const ram = m.global(fix.state ?? RAMList, 'ram_list')
  ram.version.bits = s.versionBits
  const oracle = new ListOracle(m)
  let link = ram.blocks
  for (let slot = 0; slot < s.slots; slot++) {
    const block = m.heap(RAMBlock, 'XYZW'.charAt(slot))
    m.init(block.range, slotRange(slot))
    m.init(block.host, hostAddress(slot))
    if (s.regionDies) {
      const mr = m.global(MemoryRegion, `${block.name}.mr`)
      m.init(block.mr, mr)
    }
    m.init(link, block)
    link = block.next
    oracle.atBoot(block, slot, hostAddress(slot))
  }
  const world: World = { ram, fix, oracle, regionDies: s.regionDies, plugged: 0 }
  m.atStart(() => {
    world.plugged = 0
  })
  s.readers.forEach((events, i) => {
    const began = new Began(m)
    oracle.watch(began)
    m.spawn(`vcpu${i}`, 'vcpu', (t) => reader(t, world, events, began))
  })
  m.spawn('main', 'main', (t) => mainThread(t, world, s.main))
  if (s.migration > 0) m.spawn('migration', 'migration', (t) => migration(t, world, s.migration))
  m.spawnCallRcu()
}

export default defineTarget<RamListFix, Scenario>({
  name: 'ram-list',
  title: 'The RAM list and its most-recently-used block',
  source: 'qemu-devel, June 2026: "physmem: fix mru_block" (Peter Xu, Paolo Bonzini)',
  scenario,
  tidy,
  methods: {
    qemuGetRamBlock: 'system/physmem.c: address to block, through the MRU; stores the MRU',
    qemuRamBlockFromHost: 'system/physmem.c: host pointer to block, through the MRU; only reads it',
    ramBlockAdd: 'system/physmem.c: ram_block_add',
    qemuRamFree: 'system/physmem.c: qemu_ram_free',
    ramSaveIterate: 'migration/ram.c: validates saved block pointers by the version',
  },
  threads: (s) => s.readers.length + 2 + Number(s.migration > 0),
  build,
  scenarios,
  bounds,
  bench,
})
