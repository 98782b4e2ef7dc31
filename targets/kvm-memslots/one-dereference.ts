import type { Coroutine, Thread } from '#harness/machine/index.js'
import { low } from './generation.js'
import {
  memslotsOf,
  pageOf,
  Spte,
  type Kvm,
  type KvmMemslots,
  type MemorySlot,
  type Vcpu,
} from './entities.js'
import { giveUpSrcu, mapPage } from './mmu.js'
import { upstream } from './upstream.js'
import type { FaultResult, KvmFix } from './world.js'

/*
 * "A bunch of functions in kvm_main.c take a memslots struct" (seed 003): each fault dereferences
 * `kvm->memslots` once, and all it compares and stores is that set's generation, which never changes.
 */
export const oneDereference = {
  ...upstream,

  *handleMmioPageFault(
    this: KvmFix,
    t: Thread,
    kvm: Kvm,
    vcpu: Vcpu,
    asId: number,
    gfn: number,
  ): Coroutine<FaultResult> {
    const slots = yield* t.rcuDereference(memslotsOf(kvm, asId))
    if (yield* matches(t, slots, vcpu, gfn)) return 'vcpu-cache'
    const spte = yield* this.walkShadowPageGetMmioSpte(t, kvm, asId, gfn)
    if (!spte?.mmio) return 'retry'
    if (low(kvm, yield* t.read(slots.generation)) !== spte.generation) return 'invalid'
    yield* stamp(t, slots, vcpu, gfn)
    return 'spte'
  },

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

    yield* stamp(t, slots, vcpu, gfn)
    yield* t.lock(kvm.mmuLock)
    const spte = new Spte(null, low(kvm, yield* t.read(slots.generation)))
    yield* t.write(pageOf(kvm, asId, gfn).spte, spte)
    yield* t.unlock(kvm.mmuLock)
    return 'memslots'
  },

  *emulatorReadWrite(
    this: KvmFix,
    t: Thread,
    kvm: Kvm,
    vcpu: Vcpu,
    asId: number,
    gfn: number,
  ): Coroutine<MemorySlot | FaultResult> {
    const slots = yield* t.rcuDereference(memslotsOf(kvm, asId))
    if (yield* matches(t, slots, vcpu, gfn)) return 'vcpu-cache'
    return (yield* t.plainRead(slots.memslots)).find(gfn) ?? 'memslots'
  },
}

function* matches(t: Thread, slots: KvmMemslots, vcpu: Vcpu, gfn: number): Coroutine<boolean> {
  return vcpu.mmioGfn === gfn && (yield* t.read(slots.generation)) === vcpu.mmioGeneration
}

function* stamp(t: Thread, slots: KvmMemslots, vcpu: Vcpu, gfn: number): Coroutine<void> {
  vcpu.mmioGeneration = yield* t.read(slots.generation)
  vcpu.mmioGfn = gfn
}
