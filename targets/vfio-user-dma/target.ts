import { defineTarget } from '#harness/define.js'
import type { Machine } from '#harness/machine/index.js'
import { client, mainLoop, device, monitor, reader } from './actors.js'
import { bench } from './bench.js'
import { boot } from './boot.js'
import { bounds } from './bounds.js'
import { scenario, type Request, type Scenario } from './scenario.js'
import { scenarios } from './scenarios.js'
import type { Server, VfioUserFix } from './server.js'

function build(m: Machine, c: Scenario, fix: VfioUserFix): void {
  const script: Request[] = [...c.client, ...(c.disconnects ? [{ do: 'disconnect' } as const] : [])]
  const s: Server = Object.assign(boot(m, fix, c.mapped, script), {
    transaction: c.transaction,
    quiesceFails: c.quiesceFails,
  })
  m.spawn('client', 'client', (t) => client(t, s, c.pipelined))
  m.spawn('main', 'main', (t) => mainLoop(t, s, () => c.objectDel))
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
  bounds,
  bench,
})
