import { defineTarget } from '#harness/define.js'
import type { Machine } from '#harness/machine/index.js'
import { client, mainLoop, device, monitor, reader } from './actors.js'
import {
  AddressSpace,
  FlatView,
  Mapping,
  MemoryRegion,
  RAMBlock,
  RAMList,
  Socket,
  VfuCtx,
} from './entities.js'
import { DmaOracle } from './oracle.js'
import { scenario, type Request, type Scenario } from './scenario.js'
import { scenarios } from './scenarios.js'
import { pageName, type Server, type VfioUserFix } from './server.js'

/** Puts the server on a machine, with the first `mapped` pages mapped. */
export function boot(m: Machine, fix: VfioUserFix, mapped: number, script: readonly Request[]): Server {
  const made = new Map<string, number>()
  const s: Server = {
    fix,
    as: m.global(fix.state ?? AddressSpace, 'as'),
    ram: m.global(RAMList, 'ram_list'),
    vfu: m.global(VfuCtx, 'vfu_ctx'),
    socket: m.global(Socket, 'socket'),
    oracle: new DmaOracle(m),
    script,
    transaction: false,
    quiesceFails: false,
    name(kind) {
      const n = (made.get(kind) ?? 0) + 1
      made.set(kind, n)
      return kind + "'".repeat(n)
    },
  }
  s.oracle.of(s)
  m.atStart(() => {
    made.clear()
  })
  const view = m.heap(FlatView, 'view')
  m.init(s.as.currentMap, view)
  let link = s.ram.blocks
  for (let page = 0; page < mapped; page++) {
    const mapping = m.heap(Mapping, pageName(page))
    const mr = m.heap(MemoryRegion, `region ${mapping.name}`)
    const block = m.heap(RAMBlock, `block ${mapping.name}`)
    m.init(mr.ramBlock, block)
    m.init(mr.ref, fix.references === 'region' ? 2 : 1)
    m.init(block.host, mapping)
    m.init(block.mr, mr)
    m.init(link, block)
    link = block.next
    m.init(s.vfu.regions[page] as (typeof s.vfu.regions)[number], mapping)
    m.init(s.as.subregions[page] as (typeof s.as.subregions)[number], mr)
    m.init(view.ranges[page] as (typeof view.ranges)[number], mr)
  }
  return s
}

function build(m: Machine, c: Scenario, fix: VfioUserFix): void {
  const script: Request[] = [...c.client, ...(c.disconnects ? [{ do: 'disconnect' } as const] : [])]
  const s: Server = Object.assign(boot(m, fix, c.mapped, script), {
    transaction: c.transaction,
    quiesceFails: c.quiesceFails,
  })
  m.spawn('client', 'client', (t) => client(t, s, c.pipelined))
  m.spawn('main', 'main', (t) => mainLoop(t, s, c.objectDel))
  c.readers.forEach((events, i) => m.spawn(`reader${i}`, 'reader', (t) => reader(t, s, events)))
  c.devices.forEach((buffer, i) => m.spawn(`device${i}`, 'device', (t) => device(t, s, buffer)))
  if (c.objectDel) m.spawn('monitor', 'monitor', (t) => monitor(t, s))
  m.spawnCallRcu()
}

export default defineTarget<VfioUserFix, Scenario>({
  name: 'vfio-user-dma',
  title: 'vfio-user DMA unmap',
  source: 'qemu-devel, June 2026: "[RFC 4/7] system: add memory_region_new" (Akihiko Odaki, Thanos Makatos)',
  scenario,
  methods: {
    dmaUnregister: "hw/remote/vfio-user-obj.c: dma_unregister, the library's callback",
    memoryRegionRef: 'system/memory.c: memory_region_ref',
    memoryRegionUnref: 'system/memory.c: memory_region_unref',
    memoryRegionFinalize: 'system/memory.c: what happens when the count of the region falls to 0',
    accessBegin: 'system/physmem.c: enters the read-side section of an access, or refuses it',
    bufferMapped: 'system/physmem.c: address_space_map counts a user',
    bufferUnmapped: 'system/physmem.c: address_space_unmap',
    vfuObjectCtxRun: "hw/remote/vfio-user-obj.c: vfu_object_ctx_run, the handler of the context's descriptor",
    vfuResetCtx: 'lib/libvfio-user.c: the connection is lost, or the context destroyed',
  },
  threads: (c) => 3 + c.readers.length + c.devices.length + Number(c.objectDel),
  build,
  scenarios,
})
