import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { Board } from './board.js'
import type { Device } from './entities.js'
import { memoryRegionAddSubregion, memoryRegionDelSubregion } from './memory.js'

/* hw/core/qdev.c, hw/pci/pci.c, qom/object.c: the steps that unplugging a PCI device is made of. */

/** `device_set_realized(false)` and `pci_qdev_unrealize`. */
export function* unrealize(t: Thread, b: Board, dev: Device): Coroutine<void> {
  yield* t.write(dev.realized, 0)
  yield* t.smpWmb()
  yield* pciUnregisterIoRegions(t, b, dev)
  yield* b.fix.pciExit(t, b, dev)
  b.oracle?.unrealized(dev)
}

/** `pci_unregister_io_regions` */
export function* pciUnregisterIoRegions(t: Thread, b: Board, dev: Device): Coroutine<void> {
  const mr = yield* mapped(t, b, dev)
  if (mr) yield* memoryRegionDelSubregion(t, b, dev.slot, mr)
}

/** Maps the BAR, or takes it out, as the command register says. */
export function* updateMappings(t: Thread, b: Board, dev: Device): Coroutine<void> {
  const wanted = (yield* t.plainRead(dev.command)) === 1
  const mr = yield* mapped(t, b, dev)
  if (wanted && mr === null) yield* memoryRegionAddSubregion(t, b, dev.slot, dev.bar)
  else if (!wanted && mr) yield* memoryRegionDelSubregion(t, b, dev.slot, mr)
}

function* mapped(t: Thread, { as }: Board, dev: Device): Coroutine<Device['bar'] | null> {
  return yield* t.plainRead(as.subregions[dev.slot] as (typeof as.subregions)[number])
}

/** The rest of `object_unparent`: the device leaves its bus, and its parent drops its reference. */
export function* leaveBus(t: Thread, b: Board, dev: Device): Coroutine<void> {
  yield* t.plainWrite(b.bus.devices[dev.slot] as (typeof b.bus.devices)[number], null)
  yield* b.fix.deviceUnref(t, b, dev)
}

/** `exit` of a device that has no memory of its own: frees its private state. */
export function* freePrivateState(t: Thread, dev: Device): Coroutine<void> {
  const state = yield* t.plainRead(dev.state)
  if (state) yield* t.free(state)
}
