import { Life, type Cell, type Machine, type Thread } from '#harness/machine/index.js'
import {
  FlatRange,
  RootedFlatView,
  type AddressSpace,
  type Device,
  type FlatView,
  type MemoryRegion,
  type Rendering,
  type Shape,
} from './entities.js'
import type { World } from './world.js'

/*
 * The oracles look at memory as the running thread sees it, and keep nothing of their own: what they say is a
 * function of memory. Use-after-free, double free, a count below zero, leaks and data races are the machine's.
 */

/** No access, so that nothing but the note tells a search that another thread's store matters here. */
const see = <T>(t: Thread, cell: Cell<T>): T => t.note(t.machine.memory.own(t, cell))

/** The region's shape, without an access. */
export const shapeOf = (t: Thread, mr: MemoryRegion): Shape => see(t, mr.shape)

// --- I13: the BQL -------------------------------------------------------------------------------------------

/** Upstream asserts the BQL in `memory_region_transaction_commit`, which every region's finalize calls: abort. */
export function underBql(t: Thread): boolean {
  return bqlHeld(t, 'transaction', 'commits a transaction')
}

/** May the object be finalized by this thread? */
export function finalizes(t: Thread, object: Device | MemoryRegion): boolean {
  return bqlHeld(t, object.typeName, `finalizes ${object.label}`)
}

function bqlHeld(t: Thread, where: string, does: string): boolean {
  if (t.holds(t.machine.bql)) return true
  t.report('finalize-outside-bql', where, `${t.name} ${does} without the BQL`)
  t.machine.stop()
  return false
}

// --- I15: what an address space shows is what its topology says ---------------------------------------------

/** `render_memory_region` once more, on its own: what a candidate changes must not change what is right. */
function renders(t: Thread, mr: MemoryRegion): FlatRange[] {
  const ranges: FlatRange[] = []
  const visit = (at: MemoryRegion, base: number, low: number, high: number): void => {
    const { enabled, size, terminates, alias, aliasOffset } = shapeOf(t, at)
    const [start, end] = [Math.max(base, low), Math.min(base + size, high)]
    if (!enabled || start >= end) return
    if (terminates) ranges.push(new FlatRange(at, start, end))
    else if (alias) visit(alias, base - aliasOffset, start, end)
    else for (const child of see(t, at.subregions)) visit(child, base + shapeOf(t, child).addr, start, end)
  }
  visit(mr, 0, 0, Infinity)
  return ranges
}

const same = (a: readonly FlatRange[], b: readonly FlatRange[]): boolean =>
  a.length === b.length &&
  a.every((r, i) => r.mr === b[i]?.mr && r.start === b[i].start && r.end === b[i].end)

/** Whether the address space's current map is not what its root would be rendered to now. */
function stale(t: Thread, as: AddressSpace): boolean {
  const view = see(t, as.currentMap)
  return view === null || !same(see(t, view.rendering).ranges, renders(t, as.root))
}

function reportStale(t: Thread, as: AddressSpace, where: string, why: string): void {
  const view = see(t, as.currentMap)
  const shown = view ? String(see(t, view.rendering)) : 'nothing'
  t.report(
    'stale-topology',
    where,
    `${as.label} shows ${shown}, its topology is [${renders(t, as.root).join(' ')}]${why}`,
    'error',
    view?.label ?? as.label,
  )
}

/** No transaction is open and nothing is pending: every address space must be up to date. */
export function settled(t: Thread, w: World): void {
  const { transactionDepth, updatePending, addressSpaces } = w.memory
  if (see(t, transactionDepth) > 0 || see(t, updatePending) !== 0) return
  for (const as of see(t, addressSpaces)) if (stale(t, as)) reportStale(t, as, 'AddressSpace', '')
}

/**
 * `address_space_init` has taken a view from the hash. Inside a transaction it may be late, as every address
 * space is until the commit; but a view of another region, that was at this address before, shows what the new
 * one never had. The commit mends it; a listener that was registered in between (VFIO) has mapped it by then.
 */
export function found(t: Thread, as: AddressSpace, root: MemoryRegion | null, view: FlatView): void {
  const { of, serial }: Rendering = see(t, view.rendering)
  if (root === null || of === null || (of === root && serial === shapeOf(t, root).serial)) return
  if (stale(t, as))
    reportStale(
      t,
      as,
      'flat_views key',
      `: flat_views has a view of a region that was at the address of ${root.label} before`,
    )
}

// --- I7: storage that is used again while a FlatView or the hash names it -----------------------------------

/**
 * A region object begins its life here. Returns its serial number in this storage. That an older view still
 * names the storage is a notice: harm is done when somebody follows the name, and then there is a kind for it.
 */
export function initialises(t: Thread, w: World, mr: MemoryRegion): number {
  const { serial } = shapeOf(t, mr)
  if (serial > 0) {
    const { keys, views } = w.flatViews
    if (see(t, keys).some((key) => key === mr)) reuse(t, mr, 'flat_views', 'flat_views has it as a key')
    for (const as of see(t, w.memory.addressSpaces)) {
      const view = see(t, as.currentMap)
      if (view && see(t, view.root) === mr) reuse(t, mr, 'FlatView.root', `it is the root of ${view.label}`)
    }
    for (const slot of views) {
      const view = see(t, slot)
      if (view && see(t, view.root) === mr) reuse(t, mr, 'FlatView.root', `it is the root of ${view.label}`)
    }
  }
  return serial + 1
}

function reuse(t: Thread, mr: MemoryRegion, where: string, why: string): void {
  t.report(
    'storage-reuse',
    where,
    `${t.name} makes a new region in the storage of ${mr.label} while ${why}`,
    'notice',
    mr.label,
  )
}

// --- I3: what a view in the hash keeps alive ----------------------------------------------------------------

/**
 * A device that is unplugged, but lives on because the hash has a view of a region of its own that no address
 * space uses any more. The next commit with something pending lets it go, so it is not leaked: a notice. (What
 * is kept by anything else is a leak, and the machine's to report.)
 */
export function reportPinned(m: Machine, w: World): void {
  const plugged = new Set<Device | null>([w.parent, w.parent.child.value, w.machine.iommu.value])
  for (const slot of w.flatViews.views) {
    const view = slot.value
    const root = view instanceof RootedFlatView ? view.root.value : null
    const device = root?.owner.value
    if (!view || !device || plugged.has(device) || device.life !== Life.Live) continue
    m.violate({
      kind: 'pinned-device',
      severity: 'notice',
      signature: `pinned-device:${device.typeName}`,
      message: `${device.label} is unplugged, and ${view.label}, which only flat_views holds, keeps it alive`,
      object: device.label,
      sites: [],
      concrete: true,
    })
  }
}
