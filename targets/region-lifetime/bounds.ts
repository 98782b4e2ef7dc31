import type { Bounds } from '#harness/define.js'
import type { RegionKind } from './entities.js'
import type { MainEvent, Scenario, VcpuEvent } from './scenario.js'

const KINDS: readonly RegionKind[] = ['mmio', 'lockless', 'ram', 'ram-ptr']
const WAYS = ['main', 'transaction', 'callback'] as const

const times = <E>(n: number, event: E): E[] => Array.from({ length: n }, () => event)

/**
 * One device: with every kind of region behind its BAR, unplugged in every way. The first vCPUs write to the command
 * register before they read from the BAR, the last one ejects the device.
 */
export const bounds: Bounds<Scenario> = {
  parameters: {
    vcpus: { title: 'vCPUs', default: 1, most: 2 },
    accesses: { title: 'accesses of each vCPU, in a read-side section each', default: 1, most: 2 },
    unplugs: { title: 'unplug requests of the main thread', default: 1, most: 2 },
    ejects: { title: 'vCPUs that eject the device first', default: 0, most: 1 },
    bars: { title: 'vCPUs that map the BAR first, should it be unmapped', default: 1, most: 2 },
    maps: { title: 'I/O requests that map memory behind the BAR', default: 0, most: 1 },
  },
  scenarios({ vcpus = 1, accesses = 1, unplugs = 1, ejects = 0, bars = 1, maps = 0 }) {
    const script = (vcpu: number): VcpuEvent[] => [
      ...(vcpu < bars ? [{ do: 'bar', slot: 0, enable: true } as const] : []),
      ...(vcpu >= vcpus - ejects ? [{ do: 'eject', slot: 0 } as const] : []),
      ...times(accesses, { do: 'access', slot: 0 } as const),
    ]
    return KINDS.flatMap((kind) =>
      (unplugs > 0 ? WAYS : WAYS.slice(0, 1)).map((from): Scenario => {
        const main: MainEvent[] = times(unplugs, { do: 'unplug', slot: 0, from } as const)
        return {
          devices: [kind],
          vcpus: Array.from({ length: vcpus }, (_, i) => ({ slice: false, events: script(i) })),
          maps: kind === 'ram' ? times(maps, { slot: 0, held: 0, completes: 'bottom-half' } as const) : [],
          main,
          dynamicRegion: false,
        }
      }),
    )
  },
}
