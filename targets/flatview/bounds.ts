import type { Bounds } from '#harness/define.js'
import type { MainEvent, Scenario } from './scenario.js'

const configWrite = (i: number): Extract<MainEvent, { do: 'config-write' }> => ({
  do: 'config-write',
  base: 0,
  open: i % 2 === 1,
})

const repeat = (n: number, events: (i: number) => MainEvent[]): MainEvent[] =>
  Array.from({ length: n }, (_, i) => events(i)).flat()

/**
 * Four things that the main thread may do, each in a scenario of its own, so many times; 0 leaves it out. Other
 * threads hold the FlatView of the I/O space meanwhile, or use it. Updates close the window of the bridge and
 * open it again.
 */
export const bounds: Bounds<Scenario> = {
  parameters: {
    updates: { title: 'updates of the bridge, one after the other', default: 1, most: 3 },
    inits: { title: 'updates in a transaction, in which an address space comes up', default: 1, most: 2 },
    spaces: { title: 'address spaces that go, and one with another offset comes', default: 1, most: 2 },
    unplugs: { title: 'unplugs of the bridge; another one is plugged in between', default: 1, most: 2 },
    references: { title: 'references to the FlatView that are taken without the BQL', default: 0, most: 2 },
    accesses: { title: 'accesses of a vCPU', default: 0, most: 2 },
  },
  scenarios({ updates = 1, inits = 1, spaces = 1, unplugs = 1, references = 0, accesses = 0 }) {
    const mains = [
      repeat(updates, (i) => [configWrite(i)]),
      repeat(inits, (i) => [
        { do: 'transaction', events: [configWrite(i), { do: 'plug-iommu', offset: 0 }] },
        ...(i + 1 < inits ? [{ do: 'unplug-iommu' } as const] : []),
      ]),
      repeat(spaces, () => [
        { do: 'plug-iommu', offset: 1 },
        { do: 'unplug-iommu' },
        { do: 'drain' },
        { do: 'plug-iommu', offset: 2 },
        { do: 'unplug-iommu' },
      ]).slice(0, -1),
      repeat(unplugs, (i) => [
        { do: 'unplug' },
        ...(i + 1 < unplugs ? [{ do: 'drain' } as const, { do: 'plug' } as const] : []),
      ]),
    ]
    return mains
      .filter((main) => main.length > 0)
      .map((main) => ({
        main,
        migration: references,
        vcpus:
          accesses > 0
            ? [Array.from({ length: accesses }, () => ({ do: 'access', bql: false }) as const)]
            : [],
        endpoint: true,
        windows: 1,
        otherOwner: false,
      }))
  },
}
