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
  workloads: {
    base: { title: '4 vCPUs, 8 blocks, 99 % locality, 10 unplugs/s', parameters: {}, quick: true },
    'vcpus-1': { title: '1 vCPU', parameters: { vcpus: 1 } },
    'vcpus-16': { title: '16 vCPUs', parameters: { vcpus: 16 }, quick: true },
    'blocks-64': { title: '64 blocks', parameters: { blocks: 64 } },
    'locality-90': { title: '90 % locality', parameters: { hitRate: 0.9 } },
    alternating: {
      title: 'each vCPU alternates between two blocks',
      parameters: { locality: 'alternating' },
    },
    'unplugs-0': { title: 'no unplugs', parameters: { unplugsPerSecond: 0 } },
    'unplugs-1000': { title: '1000 unplugs/s', parameters: { unplugsPerSecond: 1000 } },
    migration: {
      title: 'a migration thread in 50 ms sections, 100 unplugs/s',
      parameters: { migration: 1, unplugsPerSecond: 100 },
    },
    'no-avx': { title: '16-byte atomics are cmpxchg16b', parameters: { host: 'x86-cmpxchg16b', vcpus: 16 } },
    arm64: { title: 'fences cost something', parameters: { host: 'arm64' } },
    busy: {
      title: '16 vCPUs that do nothing but look up',
      parameters: { vcpus: 16, lookupsPerSecond: 80_000_000, unplugsPerSecond: 0, milliseconds: 0.1 },
    },
    storm: {
      title: '16 vCPUs, 64 blocks, 90 % locality, 1000 unplugs/s',
      parameters: {
        vcpus: 16,
        blocks: 64,
        hitRate: 0.9,
        unplugsPerSecond: 1000,
        lookupsPerSecond: 40_000,
      },
      quick: true,
    },
  },
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
