import type { Kvm } from './entities.js'

/**
 * `KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS`, bit 63: JavaScript's integers end before it. A power of ten, so that a
 * trace shows the generation beside it.
 */
export const IN_PROGRESS = 10 ** 12

export const inProgress = (generation: number): boolean => generation >= IN_PROGRESS

/** `generation & MMIO_GEN_MASK`: what fits into an spte. The in-progress bit does not. */
export const low = (kvm: Kvm, generation: number): number =>
  (generation % IN_PROGRESS) % 2 ** kvm.mmioGenerationBits

/** `generation & ~1` */
export const even = (generation: number): number => generation - (generation % 2)

/**
 * An order of everything that a set can show: a generation, the same with the in-progress bit, the next one.
 * For generations whose low bit says that, it is the order of the numbers.
 */
export const rank = (generation: number): number =>
  inProgress(generation) ? 2 * (generation - IN_PROGRESS) + 1 : 2 * generation
