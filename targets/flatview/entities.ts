import { Struct, type Cell, type Machine, type StructClass } from '#harness/machine/index.js'

/** A QOM object that owns regions: a device, or a bridge. One reference is its parent's, for the child property. */
export abstract class Device extends Struct {
  readonly ref = this.refcount('ref')
}

/** What `memory_region_init_*` and `memory_region_add_subregion` set; only read and written under the BQL. */
export class Shape {
  constructor(
    readonly enabled: boolean,
    readonly addr: number,
    readonly size: number,
    /** `terminates`: the region is guest-visible itself, and no container or alias. */
    readonly terminates: boolean,
    readonly alias: MemoryRegion | null,
    readonly aliasOffset: number,
    /**
     * No field of QEMU's: which region object this is, of those that this storage has held. It lies in memory
     * with the rest, so that what the oracles know is a function of memory.
     */
    readonly serial: number,
  ) {}

  /** The same region, changed. */
  with(change: { readonly enabled?: boolean; readonly addr?: number }): Shape {
    const { enabled = this.enabled, addr = this.addr } = change
    return new Shape(enabled, addr, this.size, this.terminates, this.alias, this.aliasOffset, this.serial)
  }

  toString(): string {
    return `${this.enabled ? '' : 'off '}${this.addr}..${this.addr + this.size} #${this.serial}`
  }
}

const UNBORN = new Shape(false, 0, 0, false, null, 0, 0)

/**
 * include/system/memory.h: `MemoryRegion`. `flat_views` hashes its address, so the allocator may give the
 * address away again.
 */
export class MemoryRegion extends Struct {
  static readonly structName = 'MemoryRegion'
  static readonly byAddress = true
  /** `parent_obj.ref`: the owner's child property holds the only one, as a rule. */
  readonly ref = this.refcount('ref', 0)
  readonly owner = this.pointer<Device>('owner')
  /** `addr`, `size`, `enabled`, `terminates`, `alias`, `alias_offset`: never one without the others. */
  readonly shape = this.value<Shape>('addr', UNBORN)
  readonly subregions = this.value<readonly MemoryRegion[]>('subregions', [])
  /** `name`, for the monitor; the same whenever the storage is used again. */
  readonly regionName = this.word('name')
  /** `ops` and `opaque`, as a vCPU's access needs them. */
  readonly ops = this.word('ops')
  /** For a candidate that frees regions with `g_free_rcu`. */
  readonly rcu = this.rcuHead('rcu')
}

/** One entry of `FlatView.ranges`. */
export class FlatRange {
  constructor(
    readonly mr: MemoryRegion,
    readonly start: number,
    readonly end: number,
  ) {}

  toString(): string {
    return `${this.mr.label}@${this.start}..${this.end}`
  }
}

/** `FlatView.ranges`, and (no field of QEMU's) which region object they were rendered from. */
export class Rendering {
  constructor(
    readonly ranges: readonly FlatRange[],
    readonly of: MemoryRegion | null,
    readonly serial: number,
  ) {}

  toString(): string {
    return `[${this.ranges.join(' ')}]`
  }
}

const EMPTY = new Rendering([], null, 0)

/** include/system/memory.h: `FlatView`. */
export abstract class FlatView extends Struct {
  static readonly structName = 'FlatView'
  /** One for the hash, one for each AddressSpace that uses it, and transient ones. */
  readonly ref = this.refcount('ref')
  /** Immutable once the view is published; each range holds a reference to its region's owner. */
  readonly rendering = this.value<Rendering>('ranges', EMPTY)
  readonly rcu = this.rcuHead('rcu')
  abstract readonly root: Cell<MemoryRegion | null>
  /** Of the candidates that keep the root's name. */
  readonly rootName = this.word('root_name')
}

/** Upstream: the root comes with a counted reference, so that it keeps what it points to. */
export class RootedFlatView extends FlatView {
  override readonly root = this.link<MemoryRegion>('root')
}

/** Nothing is counted for the root; it is a weak pointer, or stays NULL where the candidate has no such field. */
export class UnrootedFlatView extends FlatView {
  override readonly root = this.pointer<MemoryRegion>('root')
}

/** include/system/memory.h: `AddressSpace`. */
export class AddressSpace extends Struct {
  static readonly structName = 'AddressSpace'
  /** Set once, when the containing device comes up; `address_space_destroy` clears and restores it unseen. */
  root!: MemoryRegion
  /** RCU pointer, written under the BQL. The view is kept alive by its count, and reached through the hash. */
  readonly currentMap = this.pointer<FlatView>('current_map')
  readonly rcu = this.rcuHead('rcu')
}

/** Distinct roots between two commits: NULL, four spaces of the bridges, and one for each IOMMU plugged. */
const HASH_SIZE = 12

/** `flat_views`: root region, by address, to FlatView. Under the BQL. */
export class FlatViews extends Struct {
  static readonly structName = 'flat_views'
  readonly keys = this.value<readonly (MemoryRegion | null)[]>('keys', [null])
  readonly views = Array.from({ length: HASH_SIZE }, (_, i) => this.link<FlatView>(`views[${i}]`))
}

/** The file-scope state of system/memory.c. Under the BQL. */
export class MemoryGlobals extends Struct {
  static readonly structName = 'memory'
  readonly transactionDepth = this.word('transaction_depth')
  readonly updatePending = this.word('update_pending')
  readonly addressSpaces = this.value<readonly AddressSpace[]>('address_spaces', [])
}

/** A container with the address space that it is the root of: `address_space_io` and `as_io`, or `_mem`. */
export interface Space {
  readonly region: MemoryRegion
  readonly as: AddressSpace
}

/** Command, base and limit registers, as far as they matter: where the windows are, and whether they are open. */
export class Config {
  constructor(
    readonly base: number,
    readonly open: boolean,
  ) {}

  toString(): string {
    return `${this.open ? 'open' : 'closed'}@${this.base}`
  }
}

/** include/hw/pci/pci_bridge.h: `PCIBridge`. */
export class PCIBridge extends Device {
  static readonly structName: string = 'PCIBridge'
  static readonly byAddress = true
  readonly config = this.value<Config>('config', new Config(0, false))
  /** `as_io`, and `as_mem` if there are windows for it. */
  readonly spaces: readonly Space[] = []
  /** Embedded in the bridge (since 2023) ... */
  readonly windows: readonly MemoryRegion[] = []
  /** ... or allocated on their own. */
  readonly windowPointers = Array.from({ length: 0 }, () => this.link<MemoryRegion>(''))
  readonly child = this.link<PCIBridge>('sec_bus.child')
  readonly endpoint = this.link<Endpoint>('sec_bus.endpoint')
}

/** One alias of `PCIBridgeWindows`: which of the spaces it shows, and where in the parent's, if it is mapped. */
export interface Window {
  readonly name: string
  readonly space: number
  /** From the base register on. NULL: mapped only when the guest asks for VGA, which it does not here. */
  readonly addr: number | null
}

export const WINDOWS: readonly Window[] = [
  { name: 'alias_io', space: 0, addr: 0 },
  { name: 'alias_mem', space: 1, addr: 0 },
  { name: 'alias_pref_mem', space: 1, addr: 4 },
  { name: 'alias_vga[0]', space: 0, addr: null },
  { name: 'alias_vga[1]', space: 0, addr: null },
  { name: 'alias_vga[2]', space: 1, addr: null },
]

const SPACES = ['io', 'mem']

const classes = new Map<string, StructClass<PCIBridge>>()

/** A bridge with the first so many windows, inside it or not. */
export function bridgeClass(windows: number, spaces: number, embedded: boolean): StructClass<PCIBridge> {
  const key = `${windows} ${spaces} ${embedded}`
  let type = classes.get(key)
  if (!type) {
    type = class extends PCIBridge {
      override readonly spaces = SPACES.slice(0, spaces).map((name) => ({
        region: this.embed(MemoryRegion, `address_space_${name}`),
        as: this.embed(AddressSpace, `as_${name}`),
      }))
      override readonly windows = embedded
        ? WINDOWS.slice(0, windows).map(({ name }) => this.embed(MemoryRegion, name))
        : []
      override readonly windowPointers = embedded
        ? []
        : WINDOWS.slice(0, windows).map(({ name }) => this.link<MemoryRegion>(name))

      constructor(m: Machine, name: string) {
        super(m, name)
        for (const { region, as } of this.spaces) as.root = region
      }
    }
    classes.set(key, type)
  }
  return type
}

/** A device behind the bridge, with one region that the guest sees. */
export class Endpoint extends Device {
  static readonly structName = 'Endpoint'
  readonly bar = this.embed(MemoryRegion, 'bar')
}

/** A device with an address space of its own, over an alias of the parent's I/O space: an IOMMU's, say. */
export class Iommu extends Device {
  static readonly structName = 'Iommu'
  static readonly byAddress = true
  readonly region = this.embed(MemoryRegion, 'region')
  readonly as = this.embed(AddressSpace, 'as')

  constructor(m: Machine, name: string) {
    super(m, name)
    this.as.root = this.region
  }
}

/** What is plugged into the machine, apart from the bridges. */
export class MachineState extends Struct {
  static readonly structName = 'machine'
  readonly iommu = this.link<Iommu>('iommu')
}
