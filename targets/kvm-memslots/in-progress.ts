import type { Coroutine, Thread } from '#harness/machine/index.js'
import { IN_PROGRESS, inProgress, low } from './generation.js'
import { memslotsOf, pageOf, type Kvm, type KvmMemslots, type Spte, type Vcpu } from './entities.js'
import { currentGeneration } from './mmu.js'
import { upstream } from './upstream.js'
import type { KvmFix } from './world.js'

/*
 * Linux since 5.1 (361209e054a2, 164bf7e56c5a, 152482580a1b): the in-progress bit is bit 63 of the
 * generation, so that sptes have all their bits for the rest; the zap at the wrap comes before the new
 * generation; the vCPU's cache is not stamped while an update is under way. Two sets an address space.
 */
export const inProgressBit = {
  ...upstream,
  twoSets: true,

  /** The inactive one of the two sets. */
  *newMemslots(_t: Thread, kvm: Kvm, asId: number, old: KvmMemslots): Coroutine<KvmMemslots> {
    const spare = kvm.spares[asId] as KvmMemslots
    return old === spare ? (kvm.memslots[asId]?.initial as KvmMemslots) : spare
  },

  *freeMemslots(): Coroutine<void> {},

  /** `kvm_swap_active_memslots` */
  *installNewMemslots(
    this: KvmFix,
    t: Thread,
    kvm: Kvm,
    asId: number,
    slots: KvmMemslots,
    old: KvmMemslots,
  ): Coroutine<void> {
    const generation = yield* t.read(old.generation)
    yield* t.write(slots.generation, generation + IN_PROGRESS)
    yield* t.rcuAssignPointer(memslotsOf(kvm, asId), slots)
    yield* t.synchronizeSrcu(kvm.srcu)
    const next = generation + kvm.addressSpaces
    yield* this.kvmArchMemslotsUpdated(t, kvm, next)
    yield* t.write(slots.generation, next)
  },

  *vcpuCacheMmioInfo(t: Thread, kvm: Kvm, vcpu: Vcpu, asId: number, gfn: number): Coroutine<void> {
    const generation = yield* currentGeneration(t, kvm, asId)
    if (inProgress(generation)) return
    vcpu.mmioGeneration = generation
    vcpu.mmioGfn = gfn
  },

  /** `get_mmio_spte` on the TDP MMU: an RCU section of its own, no barrier. */
  *walkShadowPageGetMmioSpte(t: Thread, kvm: Kvm, asId: number, gfn: number): Coroutine<Spte | null> {
    return yield* t.read(pageOf(kvm, asId, gfn).spte)
  },

  *checkMmioSpte(t: Thread, kvm: Kvm, asId: number, spte: Spte): Coroutine<boolean> {
    const generation = yield* currentGeneration(t, kvm, asId)
    return !inProgress(generation) && low(kvm, generation) === spte.generation
  },
}
