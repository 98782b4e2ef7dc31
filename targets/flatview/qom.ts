import type { Coroutine, Thread } from '#harness/machine/index.js'
import { Endpoint, Iommu, PCIBridge, Shape, type Device, type MemoryRegion } from './entities.js'
import { finalizes, initialises } from './oracle.js'
import type { World } from './world.js'

/*
 * QOM lifetime, as far as regions and their owners need it: qom/object.c and system/memory.c.
 */

export function* objectRef(t: Thread, device: Device): Coroutine<void> {
  yield* t.fetchAdd(device.ref, 1)
}

export function* objectUnref(t: Thread, w: World, device: Device): Coroutine<void> {
  if ((yield* t.fetchAdd(device.ref, -1)) === 1) yield* objectFinalize(t, w, device)
}

/** `object_finalize`: the children are unparented, then the storage goes, with the regions embedded in it. */
function* objectFinalize(t: Thread, w: World, device: Device): Coroutine<void> {
  if (!finalizes(t, device)) return
  if (device instanceof PCIBridge) for (const { region } of device.spaces) yield* regionUnparent(t, w, region)
  else if (device instanceof Endpoint) yield* regionUnparent(t, w, device.bar)
  else if (device instanceof Iommu) yield* regionUnparent(t, w, device.region)
  yield* t.free(device)
}

/** `object_unparent` of a region: its child property's reference goes. */
export function* regionUnparent(t: Thread, w: World, mr: MemoryRegion): Coroutine<void> {
  yield* regionUnref(t, w, mr)
}

/** `object_ref` of the region itself; `memory_region_ref` is another thing. */
export function* regionRef(t: Thread, mr: MemoryRegion): Coroutine<void> {
  yield* t.fetchAdd(mr.ref, 1)
}

/** `object_unref` of the region itself. */
export function* regionUnref(t: Thread, w: World, mr: MemoryRegion): Coroutine<void> {
  if ((yield* t.fetchAdd(mr.ref, -1)) === 1 && finalizes(t, mr)) yield* w.fix.memoryRegionFinalize(t, w, mr)
}

/** `memory_region_ref`: on the owner, whoever that is at this moment. */
export function* memoryRegionRef(t: Thread, mr: MemoryRegion | null): Coroutine<void> {
  if (mr === null) return
  const owner = yield* t.plainRead(mr.owner)
  if (owner) yield* objectRef(t, owner)
}

export function* memoryRegionUnref(t: Thread, w: World, mr: MemoryRegion | null): Coroutine<void> {
  if (mr === null) return
  const owner = yield* t.plainRead(mr.owner)
  if (owner) yield* objectUnref(t, w, owner)
}

/** What `memory_region_init`, `_init_io` and `_init_alias` are given. */
interface Init {
  readonly size: number
  readonly terminates?: boolean
  readonly alias?: MemoryRegion
  readonly aliasOffset?: number
}

/** `memory_region_init*`: a new region object, child of its owner, in storage that may have held others. */
export function* memoryRegionInit(
  t: Thread,
  w: World,
  mr: MemoryRegion,
  owner: Device,
  { size, terminates = false, alias, aliasOffset = 0 }: Init,
): Coroutine<void> {
  const serial = initialises(t, w, mr)
  yield* t.plainWrite(mr.ref, 1)
  yield* t.plainWrite(mr.owner, owner)
  yield* t.plainWrite(mr.shape, new Shape(true, 0, size, terminates, alias ?? null, aliasOffset, serial))
}
