import { Life, type Machine, type Struct, type Thread } from '#harness/machine/index.js'
import type { AddressSpace, Device, MemoryRegion, PCIBus } from './entities.js'

/** A device that was there at boot, and what belongs to it alone. */
interface Belongings {
  readonly dev: Device
  /** Private state, memory, a region of its own allocation: what must be gone when the device is. */
  readonly parts: readonly Struct[]
  unrealized: boolean
}

/** Follows the life of each device: realized, unrealized, gone (domain I3, I8, I15). */
export class LifetimeOracle {
  private readonly devices: Belongings[] = []

  constructor(
    private readonly m: Machine,
    private readonly as: AddressSpace,
    private readonly bus: PCIBus,
  ) {
    // The rest of this never changes.
    m.book(() => this.devices.map((d) => d.unrealized))
    m.atStart(() => {
      for (const d of this.devices) d.unrealized = false
    })
    m.atEnd(() => {
      this.allGone()
      this.mapIsTopology()
    })
  }

  atBoot(dev: Device, parts: readonly Struct[]): void {
    this.devices.push({ dev, parts, unrealized: false })
  }

  /** The unrealize hooks have returned. */
  unrealized(dev: Device): void {
    const d = this.find(dev)
    if (d) d.unrealized = true
  }

  /**
   * I8: a callback that is called when its device is unrealized works on a device that is not there. One that
   * runs meanwhile is harmful only if it uses what is freed, and that is reported by itself.
   */
  calledLate(t: Thread, dev: Device): void {
    t.report(
      'unrealized-owner',
      'Device',
      `${t.name} calls ${dev.label}, which was unrealized before`,
      'error',
      dev.label,
    )
  }

  isUnrealized(dev: Device): boolean {
    return this.find(dev)?.unrealized ?? false
  }

  private find(dev: Device): Belongings | undefined {
    return this.devices.find((d) => d.dev === dev)
  }

  /** I3: what belongs to a device that has left the bus is freed when all is quiet. */
  private allGone(): void {
    for (const { dev, parts } of this.devices) {
      if (this.bus.devices[dev.slot]?.value === dev) continue
      for (const s of parts)
        if (s.life !== Life.Freed)
          this.atEnd('leak', s.typeName, `${s.label} of ${dev.label}, which was unplugged, is never freed`)
    }
  }

  /** I15: outside of transactions the map is what the topology says, and nothing of a removed device is in it. */
  private mapIsTopology(): void {
    const view = this.as.currentMap.value
    this.as.subregions.forEach(({ value: mr }, slot) => {
      if (view?.ranges[slot]?.value !== mr)
        this.atEnd(
          'stale-map',
          'FlatView',
          `slot ${slot} of ${view?.label ?? 'the map'} is not what is mapped there`,
        )
      const owner = mr?.owner.value
      if (mr && owner && this.bus.devices[owner.slot]?.value !== owner)
        this.atEnd('stale-map', 'AddressSpace', `${mr.label} is mapped, and ${owner.label} was unplugged`)
    })
  }

  private atEnd(kind: string, where: string, message: string): void {
    this.m.violate({
      kind,
      severity: 'error',
      signature: `${kind}:${where}`,
      message,
      object: '',
      sites: [],
      concrete: true,
    })
  }
}

/** What a device consists of, as far as the oracle wants to see it freed. */
export function partsOf(dev: Device): Struct[] {
  const mr: MemoryRegion = dev.bar
  return [dev.state.initial, mr.ramBlock.initial, mr].filter((s) => s !== null)
}
