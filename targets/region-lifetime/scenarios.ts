import type { NamedScenario } from '#harness/define.js'
import type { RegionKind } from './entities.js'
import type { MainEvent, MapUser, Scenario, VcpuEvent } from './scenario.js'

const access = (slot = 0): VcpuEvent => ({ do: 'access', slot })
const bar = (enable: boolean): VcpuEvent => ({ do: 'bar', slot: 0, enable })
const eject: VcpuEvent = { do: 'eject', slot: 0 }
const unplug = (from: 'main' | 'transaction' | 'callback' = 'main'): MainEvent => ({
  do: 'unplug',
  slot: 0,
  from,
})
const drain: MainEvent = { do: 'drain' }
const map = (held: number, completes: MapUser['completes'] = 'bottom-half'): MapUser => ({
  slot: 0,
  held,
  completes,
})

type Vcpu = Scenario['vcpus'][number]
const kvm = (...events: VcpuEvent[]): Vcpu => ({ slice: false, events })
const tcg = (...events: VcpuEvent[]): Vcpu => ({ slice: true, events })

function scenario(
  title: string,
  devices: RegionKind[],
  vcpus: Vcpu[],
  main: MainEvent[],
  more: Partial<Scenario> = {},
  apart = false,
): NamedScenario<Scenario> {
  return { title, scenario: { devices, vcpus, main, maps: [], dynamicRegion: false, ...more }, apart }
}

const APART = true

/** The scenarios of the thread and its neighbours; numbers as in the system's README. */
export const scenarios: Record<string, NamedScenario<Scenario>> = {
  reference: scenario(
    'Two vCPUs with one access each, one unplug: what throughput is measured on',
    ['mmio'],
    [kvm(access()), kvm(access())],
    [unplug()],
  ),
  'blocked-on-bql': scenario(
    'S3.1, H3-1: a vCPU waits for the BQL in its section while the device is unplugged',
    ['mmio'],
    [kvm(access())],
    [unplug()],
  ),
  'two-functions': scenario(
    'S3.1 in a TCG slice, whose section spans accesses to two devices; one is unplugged',
    ['mmio', 'mmio'],
    [tcg(access(), access(1), access())],
    [unplug()],
  ),
  'guest-eject': scenario(
    "S3.2, H3-7b: the guest ejects the device, in the ejecting vCPU's own section",
    ['mmio'],
    [kvm(eject), kvm(access())],
    [],
  ),
  'bar-re-enabled': scenario(
    'S3.3, H3-7c: the BAR is enabled again while the unplug is under way',
    ['mmio'],
    [kvm(bar(true), access())],
    [unplug()],
  ),
  'bar-disabled-before': scenario(
    'S3.3: the BAR is disabled just before the unplug, which then has nothing to unmap',
    ['mmio'],
    [kvm(bar(false)), kvm(access())],
    [unplug()],
  ),
  'ejected-twice': scenario(
    'S3.3: the guest ejects the device while an unplug is under way',
    ['mmio'],
    [kvm(eject)],
    [unplug()],
  ),
  'unplugged-twice': scenario(
    'S3.3: two unplugs at once, none of them by the guest',
    ['mmio'],
    [kvm(access())],
    [unplug('callback'), unplug()],
  ),
  lockless: scenario('S3.4: the region does without the BQL', ['lockless'], [kvm(access())], [unplug()]),
  'direct-access': scenario(
    'S3.4: memory that belongs to the region is read directly',
    ['ram'],
    [kvm(access())],
    [unplug()],
  ),
  'direct-access-to-device-memory': scenario(
    'S3.4: memory that the device unmaps itself is read directly',
    ['ram-ptr'],
    [kvm(access())],
    [unplug()],
  ),
  'map-held': scenario(
    'S3.5: a mapping of the BAR is held until any time, perhaps beyond all grace periods',
    ['ram'],
    [kvm(access())],
    [unplug()],
    { maps: [map(0)] },
  ),
  'map-held-over-three': scenario(
    'S3.5: a mapping of the BAR is held over three grace periods',
    ['ram'],
    [kvm(access())],
    [unplug()],
    { maps: [map(3)] },
  ),
  'nested-transaction': scenario(
    'S3.6, H3-6: the unplug is part of a transaction; the map is published after it',
    ['mmio'],
    [kvm(access())],
    [unplug('transaction')],
  ),
  'nested-transaction-lockless': scenario(
    'S3.6 with a region that does without the BQL',
    ['lockless'],
    [kvm(access())],
    [unplug('transaction')],
  ),
  'all-functions': scenario(
    'S3.6 for two functions of one device, unplugged in one transaction',
    ['mmio', 'mmio'],
    [kvm(access()), kvm(access(1))],
    [{ do: 'unplug-all' }],
  ),
  'unplug-in-callback': scenario(
    'H3-7d: the device is unparented in the call_rcu thread',
    ['mmio'],
    [kvm(access())],
    [unplug('callback'), drain],
  ),
  'device-memory-mapped': scenario(
    'H3-4: memory that the device unmaps itself is mapped by address_space_map',
    ['ram-ptr'],
    [kvm(access())],
    [unplug()],
    { maps: [map(1)] },
    APART,
  ),
  'last-unref-in-iothread': scenario(
    'H3-5: I/O into the BAR completes without the BQL, and may drop the last reference',
    ['ram'],
    [kvm(access())],
    [unplug()],
    { maps: [map(1, 'iothread')] },
    APART,
  ),
  'dynamic-region': scenario(
    'H3-2: a region dies while its owner lives',
    ['mmio'],
    [kvm(access(1))],
    [{ do: 'drop-region' }],
    { dynamicRegion: true },
    APART,
  ),
}
