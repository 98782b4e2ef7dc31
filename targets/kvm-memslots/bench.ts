import { z } from 'zod'
import type { BenchDescription } from '#harness/define.js'
import type { Coroutine, Machine, Thread } from '#harness/machine/index.js'
import { boot, build, type KvmParameters } from './bench-processes.js'
import { Vcpu } from './entities.js'
import type { KvmFix } from './world.js'

export const bench: BenchDescription<KvmFix, KvmParameters> = {
  layout: {
    // include/linux/kvm_host.h of Linux 3.16, on a 64-bit host: the generation is on the line of the first
    // slot's beginning.
    kvm_memslots: [
      ['generation', 8],
      ['memslots', 8],
    ],
    // `mmu_lock` and `slots_lock` come first, `memslots` on the line after.
    kvm: [
      ['mmuLock', 4],
      ['slotsLock', 40],
      ['mm', 8],
      ['padding', 12],
      ['memslots', 8],
    ],
    kvm_mmu_page: [['spte', 8]],
  },
  lookup: {
    cache: 'kvm_mmu_page.spte',
    version: 'kvm_memslots.generation',
    walk: 'kvm_memslots.memslots',
  },
  metrics: {
    vcpuCache: {
      title: "answered by the vCPU's own cache",
      unit: 'per access',
      better: 'higher',
      per: 'lookup',
    },
    spte: { title: 'answered by an MMIO spte', unit: 'per access', better: 'higher', per: 'lookup' },
    slow: { title: 'spurious slow faults', unit: 'per update', better: 'lower', per: 'updates' },
    zaps: { title: 'zaps of all pages', unit: 'per update', better: 'lower', per: 'updates' },
    updates: { title: 'updates', unit: 'per second', better: 'higher' },
    update: { title: 'how long the ioctl takes', unit: 'ns', better: 'lower' },
  },
  parameters: {
    vcpus: 4,
    frames: 1,
    accessesPerSecond: 200_000,
    updatesPerSecond: 100,
    generationBits: 19,
    milliseconds: 100,
    host: 'x86',
  },
  schema: z.object({
    vcpus: z.int().min(1).max(1024),
    frames: z.int().min(1).max(64),
    accessesPerSecond: z.number().positive(),
    updatesPerSecond: z.number().min(0),
    generationBits: z.int().min(2).max(19),
    milliseconds: z.number().positive(),
    host: z.enum(['x86', 'x86-cmpxchg16b', 'arm64']),
  }),
  threads: (p) => p.vcpus + 1,
  build,
  paths: {
    'vcpu-cache': {
      title: "the same register again and again: the vCPU's own cache answers",
      prepare: (m, fix) => faults(m, fix, 1),
    },
    spte: {
      title: 'two registers in turn: MMIO sptes answer',
      prepare: (m, fix) => faults(m, fix, 2),
    },
    slow: {
      title: 'the slow path: look the frame up, and store the MMIO spte',
      prepare(m, fix) {
        const kvm = boot(m, fix, 1)
        const vcpu = new Vcpu()
        return (t) => fix.tdpPageFault(t, kvm, vcpu, 0, 1)
      },
    },
  },
}

/** Faults on the first frames of devices in turn, whose sptes are there. */
function faults(m: Machine, fix: KvmFix, frames: number): (t: Thread, i: number) => Coroutine<unknown> {
  const kvm = boot(m, fix, frames)
  const vcpu = new Vcpu()
  return function* (t, i) {
    const gfn = 1 + (i % frames)
    const result = yield* fix.handleMmioPageFault(t, kvm, vcpu, 0, gfn)
    return result === 'retry' ? yield* fix.tdpPageFault(t, kvm, vcpu, 0, gfn) : result
  }
}
