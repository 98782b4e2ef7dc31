import type { FixInfo } from '#harness/define.js'
import type { Coroutine, StructClass, Thread } from '#harness/machine/index.js'
import type { AddressSpace, Device, MemoryRegion, PCIBus } from './entities.js'
import type { LifetimeOracle } from './oracle.js'

/** What a candidate fix of the region lifetime brings; `upstream` has each function as it is today. */
export interface RegionFix extends FixInfo {
  /** Entities with fields of the candidate's own. */
  readonly device?: StructClass<Device>
  readonly addressSpace?: StructClass<AddressSpace>
  memoryRegionRef(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void>
  memoryRegionUnref(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void>
  memoryRegionUnparent(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void>
  memoryRegionFinalize(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void>
  memoryRegionTransactionCommit(t: Thread, b: Board): Coroutine<void>
  mmioAccess(t: Thread, b: Board, mr: MemoryRegion): Coroutine<void>
  pciUpdateMappings(t: Thread, b: Board, dev: Device): Coroutine<void>
  pciExit(t: Thread, b: Board, dev: Device): Coroutine<void>
  deviceUnparent(t: Thread, b: Board, dev: Device): Coroutine<void>
  deviceUnref(t: Thread, b: Board, dev: Device): Coroutine<void>
  deviceFinalize(t: Thread, b: Board, dev: Device): Coroutine<void>
}

/** What the threads of one execution share. */
export interface Board {
  readonly fix: RegionFix
  readonly as: AddressSpace
  readonly bus: PCIBus
  /** Not while it is measured. */
  readonly oracle: LifetimeOracle | null
  /** How long a device's callback takes, in nanoseconds of simulated time. */
  readonly callbackTime: number
}
