import type { Coroutine, Thread } from '#harness/machine/index.js'
import { low } from './generation.js'
import { memslotsOf, pageOf, Spte, type Kvm, type MemorySlot, type Vcpu } from './entities.js'
import type { FaultResult, KvmFix } from './world.js'

/*
 * arch/x86/kvm/mmu.c, x86.c and x86.h of Linux 3.16, with the vCPU's MMIO cache stamped by a generation as
 * the second patch of the series does (56f17dd3fbc4). The caller is in a section of `kvm->srcu`.
 * Every `kvm_memslots(kvm)` of the kernel is an `rcuDereference` of its own here.
 */
export const mmu = {
  /** `handle_mmio_page_fault_common`: the processor met an MMIO spte. */
  *handleMmioPageFault(
    this: KvmFix,
    t: Thread,
    kvm: Kvm,
    vcpu: Vcpu,
    asId: number,
    gfn: number,
  ): Coroutine<FaultResult> {
    if (yield* this.vcpuMatchMmio(t, kvm, vcpu, asId, gfn)) return 'vcpu-cache'
    const spte = yield* this.walkShadowPageGetMmioSpte(t, kvm, asId, gfn)
    if (!spte?.mmio) return 'retry'
    if (!(yield* this.checkMmioSpte(t, kvm, asId, spte))) return 'invalid'
    yield* this.vcpuCacheMmioInfo(t, kvm, vcpu, asId, gfn)
    return 'spte'
  },

  /** `tdp_page_fault`: looks the frame up (`try_async_pf`), and maps what it found (`__direct_map`). */
  *tdpPageFault(
    this: KvmFix,
    t: Thread,
    kvm: Kvm,
    vcpu: Vcpu,
    asId: number,
    gfn: number,
  ): Coroutine<FaultResult> {
    const slots = yield* t.rcuDereference(memslotsOf(kvm, asId))
    const slot = (yield* t.plainRead(slots.memslots)).find(gfn)
    if (slot) return yield* mapPage(t, kvm, asId, gfn, slot)
    if (kvm.splitSections) yield* giveUpSrcu(t, kvm, vcpu)

    // handle_abnormal_pfn: no slot.
    yield* this.vcpuCacheMmioInfo(t, kvm, vcpu, asId, gfn)
    yield* t.lock(kvm.mmuLock)
    const spte = yield* this.markMmioSpte(t, kvm, asId)
    if (spte) yield* t.write(pageOf(kvm, asId, gfn).spte, spte)
    yield* t.unlock(kvm.mmuLock)
    return 'memslots'
  },

  /** The instruction emulator: `vcpu_mmio_gva_to_gpa`, else `kvm_read_guest`, which looks the slot up. */
  *emulatorReadWrite(
    this: KvmFix,
    t: Thread,
    kvm: Kvm,
    vcpu: Vcpu,
    asId: number,
    gfn: number,
  ): Coroutine<MemorySlot | FaultResult> {
    if (yield* this.vcpuMatchMmio(t, kvm, vcpu, asId, gfn)) return 'vcpu-cache'
    const slots = yield* t.rcuDereference(memslotsOf(kvm, asId))
    return (yield* t.plainRead(slots.memslots)).find(gfn) ?? 'memslots'
  },

  /** `vcpu_match_mmio_gpa`. The generations are compared in full. */
  *vcpuMatchMmio(t: Thread, kvm: Kvm, vcpu: Vcpu, asId: number, gfn: number): Coroutine<boolean> {
    if (vcpu.mmioGfn !== gfn) return false
    return (yield* currentGeneration(t, kvm, asId)) === vcpu.mmioGeneration
  },

  *vcpuCacheMmioInfo(t: Thread, kvm: Kvm, vcpu: Vcpu, asId: number, gfn: number): Coroutine<void> {
    vcpu.mmioGeneration = yield* currentGeneration(t, kvm, asId)
    vcpu.mmioGfn = gfn
  },

  /** `walk_shadow_page_lockless_begin` and `_end` are full barriers, around stores to `vcpu->mode`. */
  *walkShadowPageGetMmioSpte(t: Thread, kvm: Kvm, asId: number, gfn: number): Coroutine<Spte | null> {
    yield* t.smpMb()
    const spte = yield* t.read(pageOf(kvm, asId, gfn).spte)
    yield* t.smpMb()
    return spte
  },

  *checkMmioSpte(t: Thread, kvm: Kvm, asId: number, spte: Spte): Coroutine<boolean> {
    return low(kvm, yield* currentGeneration(t, kvm, asId)) === spte.generation
  },

  *markMmioSpte(t: Thread, kvm: Kvm, asId: number): Coroutine<Spte | null> {
    return new Spte(null, low(kvm, yield* currentGeneration(t, kvm, asId)))
  },
}

/** `kvm_memslots(kvm)->generation` */
export function* currentGeneration(t: Thread, kvm: Kvm, asId: number): Coroutine<number> {
  const slots = yield* t.rcuDereference(memslotsOf(kvm, asId))
  return yield* t.read(slots.generation)
}

/** `__direct_map` of a host page: the guest tries again, and the processor finds it. */
export function* mapPage(
  t: Thread,
  kvm: Kvm,
  asId: number,
  gfn: number,
  slot: MemorySlot,
): Coroutine<FaultResult> {
  yield* t.lock(kvm.mmuLock)
  yield* t.write(pageOf(kvm, asId, gfn).spte, new Spte(slot.hva))
  yield* t.unlock(kvm.mmuLock)
  return 'retry'
}

/** Scenario S4.6: something on the way sleeps, and gives up SRCU meanwhile. */
export function* giveUpSrcu(t: Thread, kvm: Kvm, vcpu: Vcpu): Coroutine<void> {
  if (vcpu.section) yield* t.srcuReadUnlock(vcpu.section)
  vcpu.section = yield* t.srcuReadLock(kvm.srcu)
}
