import type { Bounds } from '#harness/define.js'
import type { Scenario } from './scenario.js'
import { quiet } from './scenarios.js'

const unmap = { do: 'unmap', page: 0 } as const

/**
 * Readers and devices that all use the one page which the client unmaps, while the server may be deleted; and, apart
 * from these, requests that wait in the socket behind the unmap.
 */
export const bounds: Bounds<Scenario> = {
  parameters: {
    readers: { title: 'readers with one section each', default: 0, most: 3 },
    devices: { title: 'devices that map one buffer each, and use it once', default: 1, most: 2 },
    maps: { title: 'times that the page is mapped again and unmapped', default: 0, most: 2 },
    deletions: { title: 'whether the server object is deleted meanwhile', default: 1, most: 1 },
    behind: { title: 'requests in the socket behind an unmap that nobody disturbs', default: 1, most: 2 },
  },
  scenarios({ readers = 0, devices = 1, maps = 0, deletions = 1, behind = 1 }) {
    const again = Array.from({ length: maps }, () => [{ do: 'map', page: 0 } as const, unmap])
    const users: Scenario = {
      ...quiet,
      client: [unmap, ...again.flat()],
      readers: Array.from({ length: readers }, () => [{ do: 'read', page: 0, underBql: false }]),
      devices: Array.from({ length: devices }, () => ({ page: 0, during: [{ do: 'use' }], underBql: false })),
      objectDel: deletions > 0,
    }
    const requests: Scenario = {
      ...quiet,
      client: [unmap, ...Array.from({ length: behind }, () => ({ do: 'map', page: 1 }) as const)],
      pipelined: true,
    }
    return behind > 0 ? [users, requests] : [users]
  },
}
