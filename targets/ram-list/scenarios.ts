import type { NamedScenario } from '#harness/define.js'
import type { LookupEvent, MainEvent, ReaderEvent, Scenario } from './scenario.js'

const lookup = (slot: number): LookupEvent => ({ do: 'lookup', slot })
const lookupHost = (slot: number): LookupEvent => ({ do: 'lookup-host', slot })
const section = (...events: LookupEvent[]): ReaderEvent => ({ do: 'section', events, forcible: false })
const mmio: ReaderEvent = { do: 'mmio' }
const unplug = (slot: number, from: 'main' | 'callback' = 'main'): MainEvent => ({ do: 'unplug', slot, from })
const plug = (slot: number): MainEvent => ({ do: 'plug', slot })

function scenario(
  title: string,
  slots: number,
  readers: ReaderEvent[][],
  main: MainEvent[],
  more: Partial<Scenario> = {},
): NamedScenario<Scenario> {
  const whole = { slots, readers, main, migration: 0, versionBits: 32, regionDies: false, ...more }
  return { title, scenario: whole, apart: whole.versionBits < 32 || whole.regionDies }
}

/** The scenarios of the thread and its neighbours; numbers as in the system's README. */
export const scenarios: Record<string, NamedScenario<Scenario>> = {
  reference: scenario(
    'Two readers with two lookups each, one unplug: what throughput is measured on',
    1,
    [[section(lookup(0), lookup(0))], [section(lookup(0), lookup(0))]],
    [unplug(0)],
  ),
  'two-sections': scenario(
    'Two readers with two sections each, so that a section may begin after the removal; one unplug',
    2,
    [
      [section(lookup(0)), section(lookup(1))],
      [section(lookup(0)), section(lookup(1))],
    ],
    [unplug(0)],
  ),
  'late-publish': scenario(
    'S1.1: a reader stores the MRU after the removal cleared it; a later reader uses it after the free',
    2,
    [[section(lookup(0))], [section(lookup(1))]],
    [unplug(0)],
  ),
  'same-offset': scenario(
    'S1.2: a new block gets the removed offset while the stale MRU still covers it',
    1,
    [[section(lookup(0))], [mmio, section(lookup(0))]],
    [unplug(0), plug(0)],
  ),
  'host-lookup': scenario(
    'S1.3: the second consumer of the MRU, the lookup by host pointer',
    2,
    [[section(lookup(0))], [section(lookupHost(1))]],
    [unplug(0)],
  ),
  'split-read': scenario(
    'S1.4: version and block are read one after the other while two removals pass',
    3,
    [[section(lookup(0))], [section(lookup(2)), section(lookup(2))]],
    [unplug(0), unplug(1)],
  ),
  'aba-read': scenario(
    'S1.5: the pair is stored again, with another version, between the two reads',
    3,
    [
      [section(lookup(0)), section(lookup(1))],
      [section(lookup(1)), section(lookup(1))],
    ],
    [unplug(0)],
  ),
  'torn-store': scenario(
    'S1.6: two readers store version and block at the same time, around a removal',
    2,
    [[section(lookup(0))], [section(lookup(1))], [section(lookup(1))]],
    [unplug(0)],
  ),
  'late-version': scenario(
    'S1.7: a lookup takes its version in the middle of a removal',
    2,
    [[section(lookup(0))], [section(lookup(1)), section(lookup(1))]],
    [unplug(0), plug(0)],
  ),
  wrap: scenario(
    'S1.8: a 2-bit version wraps around while a reader holds an old one',
    2,
    [[section(lookup(0))], [section(lookup(1))]],
    [unplug(0), plug(0), unplug(0), plug(0)],
    { versionBits: 2 },
  ),
  'remover-in-callback': scenario(
    'S1.9: the block is removed in the call_rcu thread, by a FlatView on its way out',
    2,
    [[section(lookup(0))], [section(lookup(1))]],
    [unplug(0, 'callback')],
  ),
  'plug-during-removal': scenario(
    'S1.2 and S1.9: the offset is handed out again while qemu_ram_free waits for a long section',
    2,
    [[section(lookup(0)), mmio, section(lookup(0))], [section(lookup(1), mmio, lookup(1))]],
    [unplug(0, 'callback'), plug(0)],
  ),
  'drain-after-removal': scenario(
    'S1.10: drain_call_rcu right after the removal; is the memory back?',
    1,
    [[section(lookup(0))]],
    [unplug(0), { do: 'drain' }],
  ),
  'adjacent-removals': scenario(
    'S1.11: two neighbours are removed while a reader stands on the first',
    3,
    [[section(lookup(2))], [section(lookup(2))]],
    [unplug(0), unplug(1)],
  ),
  'migration-section': scenario(
    'S1.12: a removal during migration, whose saved pointers cross sections',
    3,
    [[section(lookup(0))]],
    [unplug(0)],
    { migration: 3 },
  ),
  'region-dies': scenario(
    'H1-4: the region behind block->mr goes when qemu_ram_free returns; no candidate is about this',
    2,
    [[section(lookup(0))]],
    [unplug(0)],
    { regionDies: true },
  ),
}
