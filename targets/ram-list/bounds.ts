import type { Bounds } from '#harness/define.js'
import type { LookupEvent, MainEvent, Scenario } from './scenario.js'

/**
 * Readers with one section each; a block for every unplug, at least one; lookups go through the slots in turn.
 * The first readers only look up by address; the last ones can look up by host pointer, or take the BQL first.
 */
export const bounds: Bounds<Scenario> = {
  parameters: {
    readers: { title: 'vCPUs with one read-side section each', default: 2, most: 3 },
    lookups: { title: 'lookups in each section', default: 2, most: 3 },
    unplugs: { title: 'blocks removed, one after the other', default: 1, most: 4 },
    plugs: { title: 'blocks plugged afterwards, into the slots that were emptied', default: 0, most: 3 },
    hosts: { title: 'readers that look up by host pointer', default: 0, most: 3 },
    mmios: { title: 'readers that take the BQL in their section, before they look up', default: 0, most: 3 },
  },
  scenarios({ readers = 2, lookups = 2, unplugs = 1, plugs = 0, hosts = 0, mmios = 0 }) {
    const slots = Math.max(unplugs, 1)
    const section = (reader: number): LookupEvent[] => {
      const last = (n: number): boolean => reader >= readers - n
      const events = Array.from({ length: lookups }, (_, i): LookupEvent => ({
        do: last(hosts) ? 'lookup-host' : 'lookup',
        slot: i % slots,
      }))
      return last(mmios) ? [{ do: 'mmio' }, ...events] : events
    }
    const main: MainEvent[] = [
      ...Array.from({ length: unplugs }, (_, slot): MainEvent => ({ do: 'unplug', slot, from: 'main' })),
      ...Array.from({ length: plugs }, (_, i): MainEvent => ({ do: 'plug', slot: i % slots })),
    ]
    return [
      {
        slots,
        readers: Array.from({ length: readers }, (_, i) => [
          { do: 'section', events: section(i), forcible: false },
        ]),
        main,
        migration: 0,
        versionBits: 32,
        regionDies: false,
      },
    ]
  },
}
