import { z } from 'zod'
import type { BenchDescription, BenchPath } from '#harness/define.js'
import { build, type RegionParameters } from './bench-processes.js'
import type { RegionFix } from './board.js'
import { bootBoard, bootDevice } from './boot.js'
import type { RegionKind } from './entities.js'
import { addressSpaceRw } from './memory.js'

const access = (title: string, kind: RegionKind): BenchPath<RegionFix> => ({
  title,
  prepare(m, fix) {
    const b = bootBoard(m, fix)
    bootDevice(m, b, 0, kind)
    return (t) => addressSpaceRw(t, b, 0)
  },
})

export const bench: BenchDescription<RegionFix, RegionParameters> = {
  layout: {
    // include/system/memory.h on a 64-bit host: what a dispatch reads is on the first two lines of the region.
    MemoryRegion: [
      ['parent_obj', 40],
      ['kind', 8],
      ['ram_block', 8],
      ['owner', 8],
      ['*', 8],
    ],
    // include/hw/qdev-core.h: the reference count is in the Object at the front.
    Device: [
      ['parent_obj', 24],
      ['ref', 4],
      ['pad', 12],
      ['realized', 4],
      ['command', 4],
      ['*', 8],
    ],
  },
  metrics: {
    unplug: { title: 'Unplug, until the request returns', unit: 'ns', better: 'lower' },
    access: { title: 'Access to another device meanwhile', unit: 'ns', better: 'lower' },
    bqlUnplug: {
      title: 'BQL held at a time by the thread that unplugs',
      unit: 'ns',
      better: 'lower',
      observed: { bqlHeldBy: 'unplugger' },
    },
    bqlCallback: {
      title: 'BQL held at a time by the call_rcu thread',
      unit: 'ns',
      better: 'lower',
      observed: { bqlHeldBy: 'call_rcu' },
    },
    gracePeriods: {
      title: 'Grace periods from the request until the device is freed',
      unit: 'grace periods',
      better: 'lower',
      observed: 'grace-periods-to-free',
    },
  },
  parameters: {
    vcpus: 4,
    accessesPerSecond: 8_000,
    bar: 'mmio',
    callback: 1,
    slice: 0,
    exit: 1_000,
    unplugsPerSecond: 4,
    by: 'main',
    milliseconds: 2_000,
    host: 'x86',
  },
  schema: z.object({
    vcpus: z.int().min(1).max(1024),
    accessesPerSecond: z.number().positive(),
    bar: z.enum(['mmio', 'lockless', 'ram', 'ram-ptr']),
    callback: z.number().min(0),
    slice: z.number().min(0),
    exit: z.number().min(0),
    unplugsPerSecond: z.number().positive(),
    by: z.enum(['main', 'guest']),
    milliseconds: z.number().positive(),
    host: z.enum(['x86', 'x86-cmpxchg16b', 'arm64']),
  }),
  threads: (p) => p.vcpus + 3,
  build,
  paths: {
    mmio: access('an MMIO access', 'mmio'),
    direct: access('a direct access', 'ram'),
  },
}
