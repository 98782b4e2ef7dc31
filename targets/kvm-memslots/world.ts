import type { FixInfo } from '#harness/define.js'
import type { Coroutine, Mutex, Thread } from '#harness/machine/index.js'
import type { GenerationOracle } from './generation-oracle.js'
import type { GfnToHvaCache, Kvm, KvmMemslots, MemorySlot, Spte, Vcpu } from './entities.js'
import type { MapOracle } from './map-oracle.js'

/**
 * How a fault was dealt with. The first three emulate an MMIO access, on the word of the vCPU's own cache, of
 * an spte, or of the slots themselves; `invalid` goes on to the slow path, `retry` back to the guest.
 */
export type FaultResult = 'vcpu-cache' | 'spte' | 'memslots' | 'invalid' | 'retry'

/**
 * What a candidate brings: kernel functions by their names, which call each other through `this`, so that a
 * candidate replaces the ones its patch changes. `upstream` has them as of Linux 3.16. What a vCPU is to know in
 * its next fault stands in memory, in its `Vcpu` or in its `GfnToHvaCache`: `verify` takes it to forget the rest.
 */
export interface KvmFix extends FixInfo {
  /** A build whose MMIO sptes have room for fewer bits, so that the generation wraps around within reach. */
  readonly mmioGenerationBits?: number
  /** Two sets per address space that are swapped (Linux 5.17, a54d806688fe), instead of a copy per update. */
  readonly twoSets?: boolean
  /** The generation an address space starts with. */
  firstGeneration(asId: number): number

  // virt/kvm/kvm_main.c
  newMemslots(t: Thread, kvm: Kvm, asId: number, old: KvmMemslots): Coroutine<KvmMemslots>
  installNewMemslots(t: Thread, kvm: Kvm, asId: number, slots: KvmMemslots, old: KvmMemslots): Coroutine<void>
  reinstallMemslots(t: Thread, kvm: Kvm, asId: number, slots: KvmMemslots, old: KvmMemslots): Coroutine<void>
  freeMemslots(t: Thread, slots: KvmMemslots): Coroutine<void>
  writeGuestCached(t: Thread, kvm: Kvm, ghc: GfnToHvaCache, gfn: number): Coroutine<string | null>

  // arch/x86/kvm/mmu.c, x86.c, x86.h
  kvmArchMemslotsUpdated(t: Thread, kvm: Kvm, generation: number): Coroutine<void>
  handleMmioPageFault(t: Thread, kvm: Kvm, vcpu: Vcpu, asId: number, gfn: number): Coroutine<FaultResult>
  tdpPageFault(t: Thread, kvm: Kvm, vcpu: Vcpu, asId: number, gfn: number): Coroutine<FaultResult>
  emulatorReadWrite(
    t: Thread,
    kvm: Kvm,
    vcpu: Vcpu,
    asId: number,
    gfn: number,
  ): Coroutine<MemorySlot | FaultResult>
  vcpuMatchMmio(t: Thread, kvm: Kvm, vcpu: Vcpu, asId: number, gfn: number): Coroutine<boolean>
  vcpuCacheMmioInfo(t: Thread, kvm: Kvm, vcpu: Vcpu, asId: number, gfn: number): Coroutine<void>
  walkShadowPageGetMmioSpte(t: Thread, kvm: Kvm, asId: number, gfn: number): Coroutine<Spte | null>
  checkMmioSpte(t: Thread, kvm: Kvm, asId: number, spte: Spte): Coroutine<boolean>
  markMmioSpte(t: Thread, kvm: Kvm, asId: number): Coroutine<Spte | null>
}

/** What the actors of one execution share. */
export interface World {
  readonly kvm: Kvm
  readonly fix: KvmFix
  readonly map: MapOracle
  readonly generations: GenerationOracle
  /** QEMU's accel_ioctl_inhibit: held by a vCPU while it runs; null where nobody inhibits. */
  readonly running: readonly Mutex[] | null
  /** Names for the host memory of slots that are created. */
  created: number
}
