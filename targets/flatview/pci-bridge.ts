import type { Coroutine, Thread } from '#harness/machine/index.js'
import {
  Config,
  Endpoint,
  Iommu,
  WINDOWS,
  type MemoryRegion,
  type PCIBridge,
  type Space,
  type Window,
} from './entities.js'
import { addressSpaceDestroy, addressSpaceInit, addSubregion, delSubregion } from './memory.js'
import { shapeOf } from './oracle.js'
import { memoryRegionInit, objectUnref } from './qom.js'
import type { World } from './world.js'

/*
 * hw/pci/pci_bridge.c, and the two other devices of the scenarios.
 */

/** Size of a bridge's I/O and memory spaces; a window that is open has two of these units. */
const SPACE_SIZE = 8
const WINDOW_SIZE = 2
/** Where the endpoint's BAR lies: in the window, whether it starts at 0 or at 1. */
const BAR_ADDR = 1

const spaceAt = (br: PCIBridge, i: number): Space => br.spaces[i] as Space

/** `br->windows`, for their cleanup: pointers to allocated ones are cleared. */
export function* takeWindows(t: Thread, br: PCIBridge): Coroutine<readonly MemoryRegion[]> {
  const windows = [...br.windows]
  for (const pointer of br.windowPointers) {
    const alias = yield* t.plainRead(pointer)
    if (alias === null) continue
    yield* t.plainWrite(pointer, null)
    windows.push(alias)
  }
  return windows
}

const windowAt = (i: number): Window => WINDOWS[i] as Window

/** `pci_bridge_init_alias` */
export function* initWindow(
  t: Thread,
  w: World,
  br: PCIBridge,
  i: number,
  alias: MemoryRegion,
): Coroutine<void> {
  const { space, addr } = windowAt(i)
  const { base, open } = yield* t.plainRead(br.config)
  const again = shapeOf(t, alias).serial > 0
  yield* memoryRegionInit(t, w, alias, w.otherOwner && again ? w.parent : br, {
    size: open ? WINDOW_SIZE : 0,
    alias: spaceAt(br, space).region,
    aliasOffset: base,
  })
  if (addr !== null) yield* addSubregion(t, w, spaceAt(w.parent, space).region, base + addr, alias)
}

/** `pci_bridge_region_del` */
export function* pciBridgeRegionDel(t: Thread, w: World, windows: readonly MemoryRegion[]): Coroutine<void> {
  for (const [i, alias] of windows.entries()) {
    const { space, addr } = windowAt(i)
    if (addr !== null) yield* delSubregion(t, w, spaceAt(w.parent, space).region, alias)
  }
}

/** `pci_bridge_write_config` of a register that moves the windows. */
export function* pciBridgeWriteConfig(
  t: Thread,
  w: World,
  br: PCIBridge,
  base: number,
  open: boolean,
): Coroutine<void> {
  yield* t.plainWrite(br.config, new Config(base, open))
  yield* w.fix.pciBridgeUpdateMappings(t, w, br)
}

/** `pci_bridge_initfn`, up to the address spaces: its containers. */
export function* pciBridgeInitSpaces(t: Thread, w: World, br: PCIBridge): Coroutine<void> {
  for (const { region } of br.spaces) yield* memoryRegionInit(t, w, region, br, { size: SPACE_SIZE })
}

/** `pci_bridge_initfn`, and a device behind it. */
export function* plugBridge(t: Thread, w: World): Coroutine<void> {
  const br = yield* t.alloc(w.bridge, w.names.device('bridge'))
  yield* pciBridgeInitSpaces(t, w, br)
  for (const { as } of br.spaces) yield* addressSpaceInit(t, w, as)
  yield* w.fix.pciBridgeRegionInit(t, w, br)
  yield* t.plainWrite(w.parent.child, br)
  if (w.endpoint) yield* plugEndpoint(t, w, br)
}

export function* plugEndpoint(t: Thread, w: World, br: PCIBridge): Coroutine<void> {
  const endpoint = yield* t.alloc(Endpoint, w.names.device('endpoint'))
  yield* memoryRegionInit(t, w, endpoint.bar, endpoint, { size: 1, terminates: true })
  yield* addSubregion(t, w, spaceAt(br, 0).region, BAR_ADDR, endpoint.bar)
  yield* t.plainWrite(br.endpoint, endpoint)
}

/** `device_del` of the bridge: what is behind it goes first, then `pci_bridge_exitfn`, then the object. */
export function* unplugBridge(t: Thread, w: World, br: PCIBridge): Coroutine<void> {
  const endpoint = yield* t.plainRead(br.endpoint)
  if (endpoint) {
    yield* delSubregion(t, w, spaceAt(br, 0).region, endpoint.bar)
    yield* t.plainWrite(br.endpoint, null)
    yield* objectUnref(t, w, endpoint)
  }
  const windows = yield* takeWindows(t, br)
  for (const { as } of br.spaces) yield* addressSpaceDestroy(t, w, as)
  yield* pciBridgeRegionDel(t, w, windows)
  yield* w.fix.pciBridgeRegionCleanup(t, w, windows)
  yield* t.plainWrite(w.parent.child, null)
  yield* objectUnref(t, w, br)
}

/**
 * A device with an address space of its own, over an alias of the parent's I/O space. From offset 0 it shows all
 * of it, and shares its FlatView; else its own region is the view's root.
 */
export function* plugIommu(t: Thread, w: World, offset: number): Coroutine<void> {
  const iommu = yield* t.alloc(Iommu, w.names.device('iommu'))
  yield* memoryRegionInit(t, w, iommu.region, iommu, {
    size: SPACE_SIZE - offset,
    alias: spaceAt(w.parent, 0).region,
    aliasOffset: offset,
  })
  yield* addressSpaceInit(t, w, iommu.as)
  yield* t.plainWrite(w.machine.iommu, iommu)
}

export function* unplugIommu(t: Thread, w: World, iommu: Iommu): Coroutine<void> {
  yield* addressSpaceDestroy(t, w, iommu.as)
  yield* t.plainWrite(w.machine.iommu, null)
  yield* objectUnref(t, w, iommu)
}
