import { Struct } from '#harness/machine/index.js'

/**
 * What is behind a BAR.
 * - `mmio`: callbacks under the BQL; `lockless`: callbacks without it (`lockless_io`);
 * - `ram`: memory that belongs to the region and goes with it (`memory_region_init_ram`; VFIO's BARs, which
 *   `instance_finalize` unmaps);
 * - `ram-ptr`: memory that the device itself unmaps when it is unrealized (`memory_region_init_ram_ptr`).
 */
export type RegionKind = 'mmio' | 'lockless' | 'ram' | 'ram-ptr'

/** include/hw/qdev-core.h: `struct DeviceState`, here a PCI device with one BAR. */
export abstract class Device extends Struct {
  static readonly structName: string = 'Device'
  /** QOM reference count: one of its parent, and those of `memory_region_ref`. */
  readonly ref = this.refcount('ref')
  /** Stored before the unrealize hooks run, with a write barrier after it (hw/core/qdev.c). */
  readonly realized = this.word('realized', 1)
  /** Memory-space enable of the PCI command register. BQL. */
  readonly command = this.word('command', 1)
  /** What `exit` frees and does not set to NULL. */
  readonly state = this.pointer<PrivateState>('state')
  readonly rcu = this.rcuHead('rcu')
  abstract readonly bar: MemoryRegion
  /** How many references each of its regions holds on it, mapped or not. */
  readonly refsOfRegion: number = 0
  /** Its devfn, and so its place in the address space. */
  slot = 0
}

/** The device's private state: queues, timers, buffers. Freed by `exit`; RCU does not protect it. */
export class PrivateState extends Struct {
  static readonly structName = 'PrivateState'
  readonly data = this.word('data')
}

/** include/system/memory.h: `struct MemoryRegion`. Its fields do not change while it is mapped. */
export class MemoryRegion extends Struct {
  static readonly structName: string = 'MemoryRegion'
  readonly kind = this.value<RegionKind>('kind', 'mmio')
  /** `owner`, which is also `opaque` here: a raw pointer. */
  readonly owner = this.pointer<Device>('owner')
  readonly ramBlock = this.pointer<RAMBlock>('ram_block')
}

/** The device as it is upstream: `struct MemoryRegion` is part of it. */
export class EmbeddingDevice extends Device {
  readonly bar = this.embed(MemoryRegion, 'bar')
}

/** A region of the RFC (seed 002: `memory_region_new`): allocated on its own, with references of its own. */
export class SeparateRegion extends MemoryRegion {
  readonly ref = this.refcount('ref')
}

/** A device whose region is another allocation; the pointer to it never changes, so it is no location. */
export class ReferringDevice extends Device {
  bar!: SeparateRegion
}

/** include/system/ramblock.h: `struct RAMBlock`, and the host memory it stands for. */
export class RAMBlock extends Struct {
  static readonly structName = 'RAMBlock'
  readonly host = this.word('host')
  readonly rcu = this.rcuHead('rcu')
}

export const SLOTS = 2

/** system/memory.c: `struct FlatView`. Immutable once it is published; one range a slot. */
export class FlatView extends Struct {
  static readonly structName = 'FlatView'
  /** Each holds a reference (`memory_region_ref`) until `flatview_destroy`. */
  readonly ranges = Array.from({ length: SLOTS }, (_, i) => this.pointer<MemoryRegion>(`ranges[${i}].mr`))
  readonly rcu = this.rcuHead('rcu')
}

/** `address_space_memory`, its root container, and the transaction state of system/memory.c. */
export class AddressSpace extends Struct {
  static readonly structName: string = 'AddressSpace'
  /** Published by RCU; written under the BQL. */
  readonly currentMap = this.link<FlatView>('current_map')
  /** `root->subregions`: what is mapped. BQL. Each holds a reference. */
  readonly subregions = Array.from({ length: SLOTS }, (_, i) =>
    this.pointer<MemoryRegion>(`subregions[${i}]`),
  )
  /** `memory_region_transaction_depth`, `memory_region_update_pending`. BQL. */
  readonly depth = this.word('transaction_depth')
  readonly pending = this.word('update_pending')
}

/** include/hw/pci/pci_bus.h: `PCIBus.devices`. BQL. A device's place here is also its parent's reference. */
export class PCIBus extends Struct {
  static readonly structName = 'PCIBus'
  readonly devices = Array.from({ length: SLOTS }, (_, i) => this.link<Device>(`devices[${i}]`))
}

/** Something whose last reference is dropped by an RCU callback, and which then unparents a device. */
export class Holder extends Struct {
  static readonly structName = 'Holder'
  readonly rcu = this.rcuHead('rcu')
}
