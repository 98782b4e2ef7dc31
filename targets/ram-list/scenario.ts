import { z } from 'zod'

/**
 * Addresses are given as slots: slot i is the range of `ram_addr_t` that block i has at boot. A block that
 * is plugged into a slot gets the removed block's very offset, as `find_ram_offset` hands it out again.
 */
const slot = z.int().min(0).max(3).describe('which address range')

const lookup = z
  .object({ do: z.literal('lookup'), slot })
  .describe('qemu_get_ram_block of an address in the slot')
const lookupHost = z
  .object({ do: z.literal('lookup-host'), slot })
  .describe('qemu_ram_block_from_host of a pointer into the block that is in the slot')
const mmio = z
  .object({ do: z.literal('mmio') })
  .describe('takes the BQL and drops it, as an MMIO dispatch does')

const section = z
  .object({
    do: z.literal('section'),
    events: z
      .array(z.discriminatedUnion('do', [lookup, lookupHost, mmio]))
      .min(1)
      .max(3),
    forcible: z.boolean().default(false).describe('leaves the section early when force_rcu asks (TCG)'),
  })
  .describe('one read-side section')
  .meta({ weight: 3 })

const plug = z
  .object({ do: z.literal('plug'), slot })
  .describe('ram_block_add of a new block into an empty slot')
const unplug = z
  .object({ do: z.literal('unplug'), slot, from: z.enum(['main', 'callback']).default('main') })
  .describe('qemu_ram_free, by the main thread or in the call_rcu thread (a FlatView is destroyed)')
  .meta({ weight: 3 })
const drain = z.object({ do: z.literal('drain') }).describe('drain_call_rcu')

export const scenario = z.object({
  slots: z.int().min(1).max(4).describe('blocks at boot'),
  readers: z
    .array(
      z
        .array(z.discriminatedUnion('do', [section, mmio]))
        .min(1)
        .max(3),
    )
    .min(1)
    .max(3)
    .describe('vCPUs and iothreads: what each does, in order'),
  main: z
    .array(z.discriminatedUnion('do', [plug, unplug, drain]))
    .min(1)
    .max(4)
    .describe('the main thread'),
  migration: z
    .int()
    .min(0)
    .max(3)
    .default(0)
    .describe('ram_save_iterate passes; each uses a block saved by the one before, if the version allows it'),
  versionBits: z.int().min(1).max(32).default(32).meta({ fixed: true }).describe('width of ram_list.version'),
  regionDies: z
    .boolean()
    .default(false)
    .meta({ fixed: true })
    .describe('readers use block->mr, and the region is freed when qemu_ram_free returns (H1-4)'),
})

export type Scenario = z.infer<typeof scenario>
export type ReaderEvent = Scenario['readers'][number][number]
export type LookupEvent = Extract<ReaderEvent, { do: 'section' }>['events'][number]
export type MainEvent = Scenario['main'][number]

/** Slots that do not exist are folded onto those that do. */
export function tidy(s: Scenario): Scenario {
  const fold = <E extends object>(e: E): E => ('slot' in e ? { ...e, slot: (e.slot as number) % s.slots } : e)
  return {
    ...s,
    readers: s.readers.map((events) =>
      events.map((e) => (e.do === 'section' ? { ...e, events: e.events.map(fold) } : e)),
    ),
    main: s.main.map(fold),
  }
}
