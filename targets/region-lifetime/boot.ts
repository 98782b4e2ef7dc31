import type { Cell, Machine, Struct } from '#harness/machine/index.js'
import type { Board, RegionFix } from './board.js'
import {
  AddressSpace,
  EmbeddingDevice,
  FlatView,
  MemoryRegion,
  PCIBus,
  PrivateState,
  RAMBlock,
  ReferringDevice,
  SeparateRegion,
  type Device,
  type RegionKind,
} from './entities.js'
import { partsOf } from './oracle.js'

/** A machine as it is after boot, before the first step: the map is published, and shows what is plugged. */
export function bootBoard(m: Machine, fix: RegionFix, callbackTime = 0): Board {
  const as = m.global(fix.addressSpace ?? AddressSpace, 'address_space_memory')
  const bus = m.global(PCIBus, 'bus')
  m.init(as.currentMap, m.heap(FlatView, 'view0'))
  return { fix, as, bus, oracle: null, callbackTime }
}

/** The references that a mapped region's holder has: of the container, and of the published FlatView. */
const MAPPED = 2

/** A device on the bus, its BAR mapped. What belongs to it is followed by the oracle, not by reachability. */
export function bootDevice(m: Machine, b: Board, slot: number, kind: RegionKind): Device {
  const name = `D${slot}`
  const dev = m.heap(b.fix.device ?? EmbeddingDevice, name)
  dev.slot = slot
  if (dev instanceof ReferringDevice) dev.bar = m.global(SeparateRegion, `${name}.bar`)
  m.init(b.bus.devices[slot] as Cell<Struct | null>, dev)
  m.init(dev.state, m.global(PrivateState, `${name}.state`))
  bootRegion(m, b, slot, kind, dev, dev.bar)
  b.oracle?.atBoot(dev, partsOf(dev))
  return dev
}

/** A region that device 0 made at run time, in the second slot. */
export function bootPage(m: Machine, b: Board, dev: Device): MemoryRegion {
  const page = m.global(dev instanceof ReferringDevice ? SeparateRegion : MemoryRegion, `${dev.name}.page`)
  bootRegion(m, b, 1, 'mmio', dev, page)
  return page
}

function bootRegion(
  m: Machine,
  b: Board,
  slot: number,
  kind: RegionKind,
  dev: Device,
  mr: MemoryRegion,
): void {
  m.init(mr.kind, kind)
  m.init(mr.owner, dev)
  if (kind === 'ram' || kind === 'ram-ptr') m.init(mr.ramBlock, m.global(RAMBlock, `${mr.label}.block`))
  m.init(b.as.subregions[slot] as Cell<Struct | null>, mr)
  m.init(b.as.currentMap.value?.ranges[slot] as Cell<Struct | null>, mr)
  m.init(dev.ref, dev.ref.value + dev.refsOfRegion)
  const { ref } = mr instanceof SeparateRegion ? mr : dev
  m.init(ref, ref.value + MAPPED)
}
