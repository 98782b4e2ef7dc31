import type { Coroutine, Thread } from '#harness/machine/index.js'
import { low } from './generation.js'
import { KvmMemslots, memslotsOf, type GfnToHvaCache, type Kvm } from './entities.js'
import type { KvmFix } from './world.js'

/*
 * virt/kvm/kvm_main.c of Linux 3.16, before the thread. `kvm->slots_lock` is held. Accesses to `generation`
 * are plain C in the kernel; here they are marked (READ_ONCE, WRITE_ONCE), and `low-bit-plain` shows what
 * the machine says of the plain ones.
 */
export const memslots = {
  /** Address spaces never share a generation: each starts at its number, and all step by how many there are. */
  firstGeneration: (asId: number): number => asId,

  /** `kmemdup(kvm->memslots)`; the caller changes the copy before it is published. */
  *newMemslots(t: Thread, _kvm: Kvm, _asId: number, old: KvmMemslots): Coroutine<KvmMemslots> {
    return yield* t.alloc(KvmMemslots, `${old.name}'`)
  },

  *installNewMemslots(
    this: KvmFix,
    t: Thread,
    kvm: Kvm,
    asId: number,
    slots: KvmMemslots,
    old: KvmMemslots,
  ): Coroutine<void> {
    const generation = (yield* t.read(old.generation)) + kvm.addressSpaces
    yield* t.write(slots.generation, generation)
    yield* t.rcuAssignPointer(memslotsOf(kvm, asId), slots)
    yield* t.synchronizeSrcu(kvm.srcu)
    yield* this.kvmArchMemslotsUpdated(t, kvm, generation)
  },

  /** A failed update puts the old slots back as an update like any other (commit 20ec3ebd707c). */
  *reinstallMemslots(
    this: KvmFix,
    t: Thread,
    kvm: Kvm,
    asId: number,
    slots: KvmMemslots,
    old: KvmMemslots,
  ): Coroutine<void> {
    yield* this.installNewMemslots(t, kvm, asId, slots, old)
  },

  /** `kfree(old_memslots)` */
  *freeMemslots(t: Thread, slots: KvmMemslots): Coroutine<void> {
    yield* t.free(slots)
  },

  /** `kvm_write_guest_cached`: refills the cache when the generation has changed; dirties the page. */
  *writeGuestCached(t: Thread, kvm: Kvm, ghc: GfnToHvaCache, gfn: number): Coroutine<string | null> {
    const slots = yield* t.rcuDereference(memslotsOf(kvm, 0))
    const generation = yield* t.read(slots.generation)
    if (generation !== ghc.generation) {
      ghc.generation = generation
      ghc.memslots = slots
      ghc.hva = (yield* t.plainRead(slots.memslots)).find(gfn)?.hva ?? null
    }
    // mark_page_dirty_in_slot(kvm, ghc->memslot, ...)
    if (ghc.hva !== null) yield* t.plainRead((ghc.memslots as KvmMemslots).memslots)
    return ghc.hva
  },

  /** `kvm_mmu_invalidate_mmio_sptes`: stored generations begin anew, so the old ones have to go. */
  *kvmArchMemslotsUpdated(t: Thread, kvm: Kvm, generation: number): Coroutine<void> {
    if (wrapped(kvm, generation, kvm.addressSpaces)) yield* zapAllPages(t, kvm)
  },
}

/** Whether the update made the stored generation begin anew, in whichever address space (e1359e2beb8b). */
export const wrapped = (kvm: Kvm, generation: number, step: number): boolean => low(kvm, generation) < step

/** `kvm_mmu_invalidate_zap_all_pages` */
export function* zapAllPages(t: Thread, kvm: Kvm): Coroutine<void> {
  yield* t.lock(kvm.mmuLock)
  for (const pages of kvm.pages) for (const page of pages) yield* t.write(page.spte, null)
  yield* t.unlock(kvm.mmuLock)
}
