import type { NamedScenario } from '#harness/define.js'
import type { MainEvent, Scenario } from './scenario.js'

type Simple = Extract<MainEvent, { do: 'transaction' }>['events'][number]

const configWrite = (base: number, open: boolean): Simple => ({ do: 'config-write', base, open })
const plugIommu = (offset: number): Simple => ({ do: 'plug-iommu', offset })
const unplugIommu: Simple = { do: 'unplug-iommu' }
const transaction = (...events: Simple[]): MainEvent => ({ do: 'transaction', events })
const unplug: MainEvent = { do: 'unplug' }
const plug: MainEvent = { do: 'plug' }
const drain: MainEvent = { do: 'drain' }
const mtree: MainEvent = { do: 'info-mtree' }

function scenario(title: string, main: MainEvent[], more: Partial<Scenario> = {}): NamedScenario<Scenario> {
  const whole: Scenario = {
    main,
    migration: 0,
    vcpus: [],
    endpoint: true,
    windows: 1,
    otherOwner: false,
    ...more,
  }
  return { title, scenario: whole, ...(whole.otherOwner && { apart: true }) }
}

/** The scenarios of the thread and its neighbours; numbers as in the system's README. */
export const scenarios: Record<string, NamedScenario<Scenario>> = {
  reference: scenario(
    'One update of a bridge while another thread holds its FlatView: what throughput is measured on',
    [configWrite(0, false)],
    { migration: 1, endpoint: false },
  ),
  'nested-bridge': scenario('S2.1: a bridge behind a bridge, updated again and again, with a drain between', [
    configWrite(0, false),
    configWrite(1, true),
    drain,
    configWrite(0, true),
  ]),
  'six-windows': scenario('S2.1 with all six aliases', [configWrite(0, false)], { windows: 6 }),
  'transient-reference': scenario(
    'S2.2: a thread without the BQL holds the view across the commit',
    [configWrite(0, false)],
    { migration: 1 },
  ),
  'init-in-transaction': scenario('S2.3: address_space_init between re-initialisation and commit', [
    transaction(configWrite(0, false), plugIommu(0)),
  ]),
  'destroy-keeps-key': scenario(
    'S2.4: address_space_destroy leaves the key in the hash, its owner goes, its address comes back',
    [plugIommu(1), unplugIommu, drain, plugIommu(2)],
  ),
  'destroy-then-commit': scenario('S2.4: the key outlives its owner until the next commit', [
    plugIommu(1),
    unplugIommu,
    drain,
    configWrite(0, false),
  ]),
  nested: scenario('S2.5: two updates and an address space that comes and goes, in one transaction', [
    transaction(configWrite(0, false), plugIommu(1), configWrite(0, true)),
    transaction(unplugIommu, configWrite(1, true)),
  ]),
  'bridge-unplug': scenario('S2.6: the bridge goes while its FlatViews are waiting to', [
    configWrite(0, false),
    unplug,
    drain,
    plug,
  ]),
  'unplug-under-reference': scenario(
    'S2.6: the last reference to a view of an unplugged bridge is dropped without the BQL',
    [unplug],
    { migration: 1, vcpus: [[{ do: 'access', bql: false }]] },
  ),
  monitor: scenario('S2.6: the monitor prints the roots after each step of an unplug', [
    mtree,
    plugIommu(1),
    unplug,
    mtree,
  ]),
  'other-owner': scenario(
    'S2.7: the storage is used again for a region of another owner',
    [configWrite(0, false), unplug, plug, configWrite(0, false)],
    { otherOwner: true },
  ),
  'free-order': scenario(
    'S2.8: the windows and the view are freed in either order',
    [configWrite(0, false), drain],
    { migration: 1 },
  ),
}
