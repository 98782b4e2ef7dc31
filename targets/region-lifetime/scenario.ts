import { z } from 'zod'

const slot = z.int().min(0).max(1).describe('which device, and its place in the address space')

const access = z
  .object({ do: z.literal('access'), slot })
  .describe('reads from the BAR: directly if it is memory, else through the callbacks')
  .meta({ weight: 3 })
const bar = z
  .object({ do: z.literal('bar'), slot, enable: z.boolean() })
  .describe('writes the PCI command register: maps the BAR or takes it out')
const eject = z
  .object({ do: z.literal('eject'), slot })
  .describe('the guest ejects the device: it is unparented in the read-side section of this very access')

const vcpu = z.object({
  slice: z.boolean().describe('TCG: one read-side section for all events, instead of one each'),
  events: z
    .array(z.discriminatedUnion('do', [access, bar, eject]))
    .min(1)
    .max(3),
})

const map = z.object({
  slot,
  held: z.int().min(0).max(3).describe('grace periods that pass while the mapping is held'),
  completes: z
    .enum(['bottom-half', 'iothread'])
    .default('bottom-half')
    .meta({ fixed: true })
    .describe('where the I/O completes and unmaps: under the BQL, or without it (H3-5)'),
})

const unplug = z
  .object({ do: z.literal('unplug'), slot, from: z.enum(['main', 'transaction', 'callback']) })
  .describe('unparents the device: on its own, inside an outer transaction, or in an RCU callback')
  .meta({ weight: 3 })
const unplugAll = z
  .object({ do: z.literal('unplug-all') })
  .describe('unparents all devices in one transaction: the functions of a multi-function device')
const drain = z.object({ do: z.literal('drain') }).describe('drain_call_rcu')
const dropRegion = z
  .object({ do: z.literal('drop-region') })
  .describe('device 0 destroys a region that it made at run time (H3-2)')
  .meta({ weight: 0 })

export const scenario = z.object({
  devices: z
    .array(z.enum(['mmio', 'lockless', 'ram', 'ram-ptr']))
    .min(1)
    .max(2)
    .describe("what is behind each device's BAR"),
  vcpus: z.array(vcpu).min(1).max(2).describe('what each vCPU does, in order'),
  maps: z
    .array(map)
    .min(0)
    .max(1)
    .describe('threads with an I/O request of another device into the BAR, by address_space_map'),
  main: z
    .array(z.discriminatedUnion('do', [unplug, unplugAll, drain, dropRegion]))
    .min(0)
    .max(2)
    .describe('the main thread'),
  dynamicRegion: z
    .boolean()
    .default(false)
    .meta({ fixed: true })
    .describe('device 0 has made another region at run time, in the second slot (H3-2)'),
})

export type Scenario = z.infer<typeof scenario>
export type VcpuEvent = Scenario['vcpus'][number]['events'][number]
export type MapUser = Scenario['maps'][number]
export type MainEvent = Scenario['main'][number]

/**
 * Devices that do not exist are folded onto those that do; and nobody maps memory that its device unmaps
 * itself: no candidate says anything of that (see the README, H3-4).
 */
export function tidy(s: Scenario): Scenario {
  const { devices } = s
  const fold = <E extends object>(e: E): E =>
    'slot' in e ? { ...e, slot: (e.slot as number) % devices.length } : e
  return {
    ...s,
    vcpus: s.vcpus.map((v) => ({ ...v, events: v.events.map(fold) })),
    maps: s.maps.map(fold).filter(({ slot }) => devices[slot] !== 'ram-ptr'),
    main: s.main.map(fold),
  }
}
