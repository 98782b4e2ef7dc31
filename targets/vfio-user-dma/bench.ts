import { z } from 'zod'
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
  schema: z.object({
    readers: z.int().min(1).max(1024),
    readsPerSecond: z.number().positive(),
    devices: z.int().min(0).max(64),
    buffersPerSecond: z.number().positive(),
    holdMicroseconds: z.number().min(0),
    longSectionMilliseconds: z.number().min(0),
    unmapsPerSecond: z.number().positive(),
    milliseconds: z.number().positive(),
    host: z.enum(['x86', 'x86-cmpxchg16b', 'arm64']),
  }),
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
