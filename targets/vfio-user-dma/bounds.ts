import type { Bounds } from '#harness/define.js'
import type { Scenario } from './scenario.js'
import { quiet } from './scenarios.js'

/** Readers and devices that all use the one page which the client unmaps. */
export const bounds: Bounds<Scenario> = {
  parameters: {
    readers: { title: 'readers with one section each', default: 1, most: 3 },
    devices: { title: 'devices that map one buffer each, and use it once', default: 0, most: 2 },
    maps: { title: 'times that the page is mapped again and unmapped', default: 0, most: 2 },
    deletions: { title: 'whether the server object is deleted meanwhile', default: 0, most: 1 },
  },
  scenarios({ readers = 1, devices = 0, maps = 0, deletions = 0 }) {
    const again = Array.from({ length: maps }, () => [
      { do: 'map', page: 0 } as const,
      { do: 'unmap', page: 0 } as const,
    ])
    return [
      {
        ...quiet,
        client: [{ do: 'unmap', page: 0 }, ...again.flat()],
        readers: Array.from({ length: readers }, () => [{ do: 'read', page: 0, underBql: false }]),
        devices: Array.from({ length: devices }, () => ({
          page: 0,
          during: [{ do: 'use' }],
          underBql: false,
        })),
        objectDel: deletions > 0,
      },
    ]
  },
}
