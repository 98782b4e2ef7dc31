import type { FixInfo } from '#harness/define.js'
import type { Coroutine, StructClass, Thread } from '#harness/machine/index.js'
import type { FlatView, FlatViews, MachineState, MemoryGlobals, MemoryRegion, PCIBridge } from './entities.js'

/** What a candidate fix brings; `upstream` has each function as it is today. */
export interface FlatViewFix extends FixInfo {
  /** How a bridge holds its windows. */
  readonly windows: 'embedded' | 'allocated'
  flatviewNew(t: Thread, w: World, root: MemoryRegion | null): Coroutine<FlatView>
  flatviewUnref(t: Thread, w: World, view: FlatView): Coroutine<void>
  flatviewDestroy(t: Thread, w: World, view: FlatView): Coroutine<void>
  /** What the monitor prints of the root. */
  mtreePrintFlatview(t: Thread, view: FlatView): Coroutine<void>
  memoryRegionFinalize(t: Thread, w: World, mr: MemoryRegion): Coroutine<void>
  pciBridgeRegionInit(t: Thread, w: World, br: PCIBridge): Coroutine<void>
  pciBridgeRegionCleanup(t: Thread, w: World, windows: readonly MemoryRegion[]): Coroutine<void>
  pciBridgeUpdateMappings(t: Thread, w: World, br: PCIBridge): Coroutine<void>
}

/** What the actors of one execution share. */
export interface World {
  readonly fix: FlatViewFix
  readonly memory: MemoryGlobals
  readonly flatViews: FlatViews
  /** The bridge that is always there; the one that comes and goes is behind it. */
  readonly parent: PCIBridge
  readonly machine: MachineState
  readonly bridge: StructClass<PCIBridge>
  readonly endpoint: boolean
  /** S2.7: the windows get another owner when they are initialised again. */
  readonly otherOwner: boolean
  readonly names: Names
}

/** What is allocated has names as in a mail: V1, V2; bridge, bridge', bridge''. They decide nothing. */
export class Names {
  private readonly counts = { view: 0, window: 0, bridge: 0, endpoint: 0, iommu: 0 }
  private atBoot = { ...this.counts }

  /** Executions start from here. */
  booted(): void {
    this.atBoot = { ...this.counts }
  }

  reset(): void {
    Object.assign(this.counts, this.atBoot)
  }

  view(): string {
    return `V${++this.counts.view}`
  }

  device(kind: 'bridge' | 'endpoint' | 'iommu'): string {
    return kind + "'".repeat(this.counts[kind]++)
  }

  /** Windows are allocated all at once. */
  window(i: number, name: string): string {
    if (i === 0) this.counts.window++
    return name + "'".repeat(this.counts.window - 1)
  }
}
