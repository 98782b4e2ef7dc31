import { Struct, type Cell, type Machine, type Section } from '#harness/machine/index.js'

/** include/linux/kvm_host.h: `struct kvm_memory_slot`, one guest frame large. Immutable once published. */
export class MemorySlot {
  constructor(
    readonly gfn: number,
    /** `userspace_addr`: the name of the host memory behind it, a new one for each slot that is created. */
    readonly hva: string,
    /** `KVM_MEMSLOT_INVALID`: is about to be deleted or moved. */
    readonly invalid = false,
    /** `KVM_MEM_LOG_DIRTY_PAGES`. */
    readonly logDirty = false,
  ) {}

  toString(): string {
    return `${this.gfn}=${this.hva}${this.invalid ? '!' : ''}`
  }
}

/** The array `memslots[]` of a set, which is never changed in part: one location here. */
export class SlotTable {
  constructor(readonly slots: readonly MemorySlot[]) {}

  /** `gfn_to_memslot`, as `gfn_to_hva` uses it: an invalid slot is none. */
  find(gfn: number): MemorySlot | null {
    return this.slots.find((s) => s.gfn === gfn && !s.invalid) ?? null
  }

  /** The table with another slot at the frame, or none. */
  with(gfn: number, slot: MemorySlot | null): SlotTable {
    const others = this.slots.filter((s) => s.gfn !== gfn)
    return new SlotTable(slot ? [...others, slot] : others)
  }

  toString(): string {
    return `[${this.slots.join(' ')}]`
  }
}

/** `struct kvm_memslots`: one set of slots of one address space. */
export class KvmMemslots extends Struct {
  static readonly structName = 'kvm_memslots'
  readonly memslots = this.value<SlotTable>('memslots', new SlotTable([]))
  readonly generation = this.word('generation')
}

/** What stands in a shadow or EPT entry: `null`, a host page, or MMIO with the low bits of a generation. */
export class Spte {
  constructor(
    /** The host memory that it maps; null for an MMIO spte. */
    readonly hva: string | null,
    /** What `get_mmio_spte_generation` gives back. */
    readonly generation = 0,
  ) {}

  get mmio(): boolean {
    return this.hva === null
  }

  toString(): string {
    return this.hva ?? `MMIO(${this.generation})`
  }
}

/** The page-table entry of one guest frame in one address space. Stored under `mmu_lock`, read without. */
export class ShadowPage extends Struct {
  static readonly structName = 'kvm_mmu_page'
  readonly spte = this.value<Spte | null>('spte', null)
}

/** `struct kvm`. */
export class Kvm extends Struct {
  static readonly structName = 'kvm'
  /** By address space, the active set; SRCU readers, writers under `slots_lock`. */
  readonly memslots: readonly Cell<KvmMemslots | null>[] = [
    this.link<KvmMemslots>('memslots'),
    this.link<KvmMemslots>('memslots[1]'),
  ]
  readonly slotsLock = this.machine.mutex('slots_lock')
  readonly mmuLock = this.machine.mutex('mmu_lock')
  readonly srcu = this.machine.rcuDomain('kvm->srcu')

  // Constants of the virtual machine.
  /** `KVM_ADDRESS_SPACE_NUM`: 2 with SMM. */
  addressSpaces = 1
  /** `MMIO_GEN_SHIFT`: how many bits of the generation an MMIO spte has room for. */
  mmioGenerationBits = 19
  /** Scenario S4.6: the fault path gives up SRCU between the lookup and what it caches of it. */
  splitSections = false
  /** By address space, the set that is not active at first, if there are two (`kvm->__memslots[as][1]`). */
  readonly spares: KvmMemslots[] = []
  /** By address space and guest frame. */
  readonly pages: ShadowPage[][] = []
}

/** What a vCPU keeps to itself: `vcpu->arch.mmio_gfn`, `mmio_gen`; and the SRCU section that it is in. */
export class Vcpu {
  mmioGfn = -1
  mmioGeneration = -1
  section: Section | null = null
}

/** `struct gfn_to_hva_cache`: `memslot` points into the set. Its owner's lock protects it; here, its vCPU. */
export class GfnToHvaCache {
  gfn = -1
  generation = -1
  hva: string | null = null
  memslots: KvmMemslots | null = null

  forget(gfn: number): void {
    this.gfn = gfn
    this.generation = -1
  }
}

/** The set that is active in memory right now; for building and for oracles, no access. */
export const activeSet = (kvm: Kvm, asId: number): KvmMemslots => kvm.memslots[asId]?.value as KvmMemslots

export const pageOf = (kvm: Kvm, asId: number, gfn: number): ShadowPage =>
  (kvm.pages[asId] as ShadowPage[])[gfn] as ShadowPage

/** The pointer to an address space's active set. */
export const memslotsOf = (kvm: Kvm, asId: number): Cell<KvmMemslots> =>
  kvm.memslots[asId] as Cell<KvmMemslots | null> as Cell<KvmMemslots>

/** Puts a virtual machine on the machine: sets and sptes as they are after start-up. */
export function bootKvm(
  m: Machine,
  boot: {
    readonly gfns: number
    readonly slots: number
    readonly addressSpaces: number
    readonly twoSets: boolean
    firstGeneration(asId: number): number
  },
): Kvm {
  const kvm = m.global(Kvm, 'kvm')
  kvm.addressSpaces = boot.addressSpaces
  for (let asId = 0; asId < boot.addressSpaces; asId++) {
    const prefix = asId === 0 ? '' : 'smm_'
    const set = boot.twoSets ? m.global(KvmMemslots, `${prefix}slots`) : m.heap(KvmMemslots, `${prefix}slots`)
    if (boot.twoSets) kvm.spares.push(m.global(KvmMemslots, `${prefix}spare`))
    const slots = Array.from({ length: boot.slots }, (_, gfn) => new MemorySlot(gfn, bootMemory(asId, gfn)))
    m.init(set.memslots, new SlotTable(slots))
    m.init(set.generation, boot.firstGeneration(asId))
    m.init(kvm.memslots[asId] as Cell<KvmMemslots | null>, set)
    kvm.pages.push(Array.from({ length: boot.gfns }, (_, gfn) => m.global(ShadowPage, `${prefix}gfn${gfn}`)))
  }
  return kvm
}

/** Each slot has host memory of its own. */
export const bootMemory = (asId: number, gfn: number): string => `ram${asId}${gfn}`
