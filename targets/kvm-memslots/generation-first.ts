import type { Coroutine, Thread } from '#harness/machine/index.js'
import { IN_PROGRESS, inProgress, low } from './generation.js'
import {
  memslotsOf,
  pageOf,
  Spte,
  type Kvm,
  type KvmMemslots,
  type MemorySlot,
  type Vcpu,
} from './entities.js'
import { inProgressBit } from './in-progress.js'
import { giveUpSrcu, mapPage } from './mmu.js'
import type { FaultResult, KvmFix } from './world.js'

/*
 * A repair of our own on top of `in-progress-bit`: a fault takes the generation once, before it looks at
 * anything else, and everything it compares or stores is that number. Whatever it learns is at least as new
 * as its generation says; so at worst a cache entry is newer than its stamp, and misses.
 */
export const generationFirst = {
  ...inProgressBit,

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
    // Whoever sees the new generation sees the sptes that its zap has left.
    yield* t.storeRelease(slots.generation, next)
  },

  /** Called first in a fault: what is read after it is not older. */
  *sampleGeneration(t: Thread, slots: KvmMemslots): Coroutine<number> {
    return yield* t.loadAcquire(slots.generation)
  },

  *handleMmioPageFault(
    this: GenerationFirst,
    t: Thread,
    kvm: Kvm,
    vcpu: Vcpu,
    asId: number,
    gfn: number,
  ): Coroutine<FaultResult> {
    const slots = yield* t.rcuDereference(memslotsOf(kvm, asId))
    const generation = yield* this.sampleGeneration(t, slots)
    if (vcpu.mmioGfn === gfn && generation === vcpu.mmioGeneration) return 'vcpu-cache'
    const spte = yield* this.walkShadowPageGetMmioSpte(t, kvm, asId, gfn)
    if (!spte?.mmio) return 'retry'
    if (inProgress(generation) || low(kvm, generation) !== spte.generation) return 'invalid'
    vcpu.mmioGeneration = generation
    vcpu.mmioGfn = gfn
    return 'spte'
  },

  *tdpPageFault(
    this: GenerationFirst,
    t: Thread,
    kvm: Kvm,
    vcpu: Vcpu,
    asId: number,
    gfn: number,
  ): Coroutine<FaultResult> {
    const slots = yield* t.rcuDereference(memslotsOf(kvm, asId))
    const generation = yield* this.sampleGeneration(t, slots)
    const slot = (yield* t.plainRead(slots.memslots)).find(gfn)
    if (slot) return yield* mapPage(t, kvm, asId, gfn, slot)
    if (kvm.splitSections) yield* giveUpSrcu(t, kvm, vcpu)
    if (inProgress(generation)) return 'memslots'

    vcpu.mmioGeneration = generation
    vcpu.mmioGfn = gfn
    yield* t.lock(kvm.mmuLock)
    yield* t.write(pageOf(kvm, asId, gfn).spte, new Spte(null, low(kvm, generation)))
    yield* t.unlock(kvm.mmuLock)
    return 'memslots'
  },

  *emulatorReadWrite(
    this: GenerationFirst,
    t: Thread,
    kvm: Kvm,
    vcpu: Vcpu,
    asId: number,
    gfn: number,
  ): Coroutine<MemorySlot | FaultResult> {
    const slots = yield* t.rcuDereference(memslotsOf(kvm, asId))
    const generation = yield* this.sampleGeneration(t, slots)
    if (vcpu.mmioGfn === gfn && generation === vcpu.mmioGeneration) return 'vcpu-cache'
    return (yield* t.plainRead(slots.memslots)).find(gfn) ?? 'memslots'
  },
}

export interface GenerationFirst extends KvmFix {
  sampleGeneration(t: Thread, slots: KvmMemslots): Coroutine<number>
}
