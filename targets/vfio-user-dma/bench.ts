import type { BenchDescription } from '#harness/define.js'
import { boot } from './boot.js'
import { build, type VfioUserParameters } from './bench-processes.js'
import { MemoryRegion } from './entities.js'
import type { VfioUserFix } from './server.js'

export const bench: BenchDescription<VfioUserFix, VfioUserParameters> = {
  // The words that threads fight for lie on lines of their own in any layout worth proposing.
  layout: {},
  metrics: {
    unmap: { title: 'DMA_UNMAP, from request to reply', unit: 'ns', better: 'lower' },
    behind: { title: 'The request behind it on the connection', unit: 'ns', better: 'lower' },
    access: { title: 'A DMA access of the server', unit: 'ns', better: 'lower' },
  },
  parameters: {
    readers: 4,
    readsPerSecond: 500,
    devices: 0,
    buffersPerSecond: 200,
    holdMicroseconds: 500,
    longSectionMilliseconds: 0,
    unmapsPerSecond: 2,
    milliseconds: 2000,
    host: 'x86',
  },
  workloads: {
    base: { title: '4 readers, 2 unmaps/s', parameters: {}, quick: true },
    devices: {
      title: '2 devices that hold buffers for 0.5 ms, 200 times a second each',
      parameters: { devices: 2 },
      quick: true,
    },
    'slow-devices': {
      title: '2 devices that hold buffers for 20 ms, 20 times a second each',
      parameters: { devices: 2, buffersPerSecond: 20, holdMicroseconds: 20_000 },
    },
    'long-sections': {
      title: 'a thread in sections of 50 ms, as migration is',
      parameters: { longSectionMilliseconds: 50 },
    },
    'readers-16': { title: '16 readers', parameters: { readers: 16 } },
  },
  threads: (p) => 3 + p.readers + p.devices + Number(p.longSectionMilliseconds > 0),
  build,
  paths: {
    buffer: {
      title: 'what address_space_map and address_space_unmap do to count a user',
      prepare(m, fix) {
        const s = boot(m, fix, 1, [])
        const mr = s.as.subregions[0]?.value ?? m.heap(MemoryRegion, 'region')
        return function* (t) {
          yield* fix.accessBegin(t, s, 0)
          yield* fix.bufferMapped(t, s, mr)
          yield* t.rcuReadUnlock()
          yield* fix.bufferUnmapped(t, s, mr)
        }
      },
    },
  },
}
