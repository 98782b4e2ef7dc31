import { z } from 'zod'
import type { BenchDescription } from '#harness/define.js'
import { boot, build, SPACING, type RamListParameters } from './bench-processes.js'
import type { RamListFix } from './world.js'

export const bench: BenchDescription<RamListFix, RamListParameters> = {
  layout: {
    // include/system/ramlist.h on a 64-bit host. A candidate's own fields stand where the posted patch puts
    // its `mru_version`, and so a 16-byte pair is aligned, but pushes the list head to the next line.
    RAMList: [
      ['mutex', 48],
      ['*', 8],
      ['mru_block', 8],
      ['blocks', 8],
      ['dirty_memory', 24],
      ['num_dirty_blocks', 4],
      ['version', 4],
    ],
    // include/system/ramblock.h: the range check and the walk's `next` are five lines apart. (`offset` stands
    // for `max_length`, too.)
    RAMBlock: [
      ['rcu', 16],
      ['mr', 8],
      ['host', 8],
      ['colo_cache', 8],
      ['offset', 8],
      ['used_length', 8],
      ['max_length', 8],
      ['resized', 8],
      ['flags', 4],
      ['idstr', 256],
      ['next', 8],
      ['*', 8],
    ],
  },
  lookup: {
    cache: 'RAMList.mru_block',
    version: 'RAMList.version',
    walk: 'RAMList.blocks',
    visit: 'RAMBlock.offset',
  },
  parameters: {
    vcpus: 4,
    blocks: 8,
    hitRate: 0.99,
    locality: 'shared',
    lookupsPerSecond: 80_000,
    unplugsPerSecond: 10,
    migration: 0,
    milliseconds: 80,
    host: 'x86',
  },
  schema: z.object({
    vcpus: z.int().min(1).max(1024),
    blocks: z.int().min(4).max(4096),
    hitRate: z.number().min(0).max(1),
    locality: z.enum(['shared', 'private', 'zipf', 'alternating']),
    lookupsPerSecond: z.number().positive(),
    unplugsPerSecond: z.number().min(0),
    migration: z.int().min(0).max(16),
    milliseconds: z.number().positive(),
    host: z.enum(['x86', 'x86-cmpxchg16b', 'arm64']),
  }),
  threads: (p) => p.vcpus + p.migration + 2,
  build,
  paths: {
    hit: {
      title: 'the fifth of 8 blocks, again and again',
      prepare(m, fix) {
        const { ram } = boot(m, fix, 8)
        return (t) => fix.qemuGetRamBlock(t, ram, 4 * SPACING)
      },
    },
    miss: {
      title: 'the fifth and the sixth of 8 blocks in turn',
      prepare(m, fix) {
        const { ram } = boot(m, fix, 8)
        return (t, i) => fix.qemuGetRamBlock(t, ram, (4 + (i & 1)) * SPACING)
      },
    },
  },
}
