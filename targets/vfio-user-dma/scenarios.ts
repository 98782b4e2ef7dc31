import type { NamedScenario } from '#harness/define.js'
import type { MapBuffer, ReaderEvent, Scenario } from './scenario.js'

type Event = Scenario['client'][number]
const map = (page: number): Event => ({ do: 'map', page })
const unmap = (page: number): Event => ({ do: 'unmap', page })
const unmapAll: Event = { do: 'unmap-all' }
const read = (page: number, underBql = false): ReaderEvent => ({ do: 'read', page, underBql })
const use = { do: 'use' } as const
const gracePeriod = { do: 'grace-period' } as const
const buffer = (page: number, during: MapBuffer['during'], underBql = false): MapBuffer => ({
  page,
  during,
  underBql,
})
/** A device that completes in the main loop, and one that completes in an iothread. */
const inMainLoop: Partial<Scenario> = { devices: [buffer(0, [use], true)] }
const inIothread: Partial<Scenario> = { devices: [buffer(0, [use])] }

/** The client takes a page back that nobody uses. */
export const quiet: Scenario = {
  mapped: 1,
  client: [unmap(0)],
  pipelined: false,
  disconnects: false,
  objectDel: false,
  readers: [],
  devices: [],
  transaction: false,
  quiesceFails: false,
}

function scenario(title: string, client: Event[], more: Partial<Scenario> = {}): NamedScenario<Scenario> {
  return { title, scenario: { ...quiet, client, ...more } }
}

/** Who uses the page while it is unmapped, and what else can happen meanwhile; numbers as in the issue. */
export const scenarios: Record<string, NamedScenario<Scenario>> = {
  section: scenario('H3-3: a reader uses the host pointer inside its section', [unmap(0)], {
    readers: [[read(0)]],
  }),
  'ram-list': scenario('H3-3: a reader reaches the host pointer through the RAM list', [unmap(0)], {
    readers: [[{ do: 'ram-list' }]],
  }),
  'main-loop-device': scenario(
    'H3-4: a buffer of address_space_map, completed under the BQL',
    [unmap(0)],
    inMainLoop,
  ),
  'iothread-device': scenario('H3-5: the same, completed in an iothread', [unmap(0)], inIothread),
  'held-1-period': scenario('S3.5: the buffer is held across a grace period', [unmap(0)], {
    devices: [buffer(0, [gracePeriod, use])],
  }),
  'held-3-periods': scenario('S3.5: the buffer is held across three grace periods', [unmap(0)], {
    devices: [buffer(0, [gracePeriod, gracePeriod, gracePeriod])],
  }),
  transaction: scenario('S3.6: the unlink is part of an outer transaction', [unmap(0)], {
    readers: [[read(0)]],
    transaction: true,
  }),
  'unmap-then-all': scenario('S3.7: UNMAP_ALL right after UNMAP', [unmap(0), unmapAll], {
    mapped: 2,
    readers: [[read(1), read(1)]],
    pipelined: true,
  }),
  disconnect: scenario('S3.8: the client hangs up right after its request', [unmap(0)], {
    ...inMainLoop,
    disconnects: true,
    pipelined: true,
  }),
  'disconnect-mapped': scenario('S3.8: the client hangs up, and has pages mapped', [unmap(1)], {
    mapped: 2,
    readers: [[read(0), read(0)]],
    disconnects: true,
    pipelined: true,
  }),
  'object-del': scenario('S3.8: the context is destroyed while the message is parked', [unmap(0)], {
    readers: [[read(0)]],
    objectDel: true,
  }),
  'quiesce-error': scenario('S3.9: the device cannot be quiesced', [unmap(0)], { quiesceFails: true }),
  'second-request': scenario(
    'S3.10: another request is in the socket while the first is parked',
    [unmap(0), map(1)],
    {
      pipelined: true,
    },
  ),
  'view-outlives-region': scenario('S3.11: the old FlatView is destroyed after the region', [unmap(0)]),
  'map-again': scenario(
    'S3.12: the page is mapped again at once, perhaps at the same address',
    [unmap(0), map(0)],
    {
      ...inMainLoop,
      readers: [[read(0)]],
    },
  ),
  'nested-access': scenario('A device reads a descriptor while it holds a buffer', [unmap(0)], {
    devices: [buffer(0, [{ do: 'read', page: 0, underBql: false }])],
  }),
  'access-under-bql': scenario('A device in the main loop reads under the BQL', [unmap(0)], {
    readers: [[read(0, true)]],
  }),
  'another-page': scenario('A reader of a page that nobody wants to unmap', [unmap(0)], {
    mapped: 2,
    readers: [[read(1)]],
  }),
  mmio: scenario('H3-7: a reader takes the BQL inside its section', [unmap(0)], {
    readers: [[{ do: 'mmio' }]],
  }),
}
