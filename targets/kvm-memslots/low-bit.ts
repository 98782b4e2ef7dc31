import type { Coroutine, Thread } from '#harness/machine/index.js'
import { even, low } from './generation.js'
import { memslotsOf, Spte, type Kvm, type KvmMemslots } from './entities.js'
import { wrapped, zapAllPages } from './memslots.js'
import { currentGeneration } from './mmu.js'
import { upstream } from './upstream.js'
import type { KvmFix } from './world.js'

/*
 * "Something like this" of Paolo Bonzini's mail (seed 003), as it went in (ee3d1570b586): the generation is
 * odd from the publication to the end of the SRCU wait. Two address spaces: f481b069e674.
 */
export const lowBit = {
  ...upstream,

  /** Address space 0 has the generations 0, 4, 8, ..., address space 1 has 2, 6, 10, ...; alone, 0 has all even. */
  firstGeneration: (asId: number): number => 2 * asId,

  *installNewMemslots(
    this: KvmFix,
    t: Thread,
    kvm: Kvm,
    asId: number,
    slots: KvmMemslots,
    old: KvmMemslots,
  ): Coroutine<void> {
    const generation = yield* t.read(old.generation)
    yield* t.write(slots.generation, generation + 1)
    yield* t.rcuAssignPointer(memslotsOf(kvm, asId), slots)
    yield* t.synchronizeSrcu(kvm.srcu)
    const next = generation + 2 * kvm.addressSpaces
    yield* t.write(slots.generation, next)
    yield* this.kvmArchMemslotsUpdated(t, kvm, next)
  },

  *kvmArchMemslotsUpdated(t: Thread, kvm: Kvm, generation: number): Coroutine<void> {
    if (wrapped(kvm, generation, 2 * kvm.addressSpaces)) yield* zapAllPages(t, kvm)
  },

  /** `MMIO_GEN_LOW_MASK`: the low bit is not stored, so what is stored while it is set never matches. */
  *markMmioSpte(t: Thread, kvm: Kvm, asId: number): Coroutine<Spte | null> {
    return new Spte(null, even(low(kvm, yield* currentGeneration(t, kvm, asId))))
  },
}
