import { z } from 'zod'

const configWrite = z
  .object({
    do: z.literal('config-write'),
    base: z.int().min(0).max(1).describe('where the windows begin; only from 0 can one be a root'),
    open: z.boolean().describe('whether the command register lets them through'),
  })
  .describe('the guest moves the windows of the bridge: pci_bridge_update_mappings')
  .meta({ weight: 3 })
const plugIommu = z
  .object({ do: z.literal('plug-iommu'), offset: z.int().min(0).max(2) })
  .describe('address_space_init over an alias of the I/O space; from offset 0 it shares the FlatView')
  .meta({ weight: 2 })
const unplugIommu = z
  .object({ do: z.literal('unplug-iommu') })
  .describe('address_space_destroy, with nothing pending; the device goes')
  .meta({ weight: 2 })

const transaction = z
  .object({
    do: z.literal('transaction'),
    events: z
      .array(z.discriminatedUnion('do', [configWrite, plugIommu, unplugIommu]))
      .min(1)
      .max(3),
  })
  .describe('memory_region_transaction_begin and _commit around them')
  .meta({ weight: 2 })
const unplug = z.object({ do: z.literal('unplug') }).describe('device_del of the bridge')
const plug = z.object({ do: z.literal('plug') }).describe('device_add of a bridge, if there is none')
const drain = z.object({ do: z.literal('drain') }).describe('drain_call_rcu')
const mtree = z.object({ do: z.literal('info-mtree') }).describe('the monitor prints all FlatViews')

export const scenario = z.object({
  main: z
    .array(
      z.discriminatedUnion('do', [
        configWrite,
        unplug,
        plug,
        plugIommu,
        unplugIommu,
        transaction,
        drain,
        mtree,
      ]),
    )
    .min(1)
    .max(4)
    .describe('the main thread; each event under the BQL'),
  migration: z
    .int()
    .min(0)
    .max(2)
    .default(0)
    .describe('transient references to the FlatView of the I/O space, taken and dropped without the BQL'),
  vcpus: z
    .array(
      z
        .array(
          z.object({
            do: z.literal('access'),
            bql: z.boolean().default(false).describe('takes the BQL to do it, inside the section'),
          }),
        )
        .min(1)
        .max(2),
    )
    .max(2)
    .describe('accesses to the I/O space, each in a read-side section'),
  endpoint: z.boolean().default(true).describe('a device behind the bridge, whose BAR the window shows'),
  windows: z
    .int()
    .min(1)
    .max(6)
    .default(1)
    .meta({ fixed: true })
    .describe('aliases of the bridge: alias_io, alias_mem, alias_pref_mem and three for VGA'),
  otherOwner: z
    .boolean()
    .default(false)
    .meta({ fixed: true })
    .describe('windows that are initialised again belong to the parent bridge (S2.7)'),
})

export type Scenario = z.infer<typeof scenario>
export type MainEvent = Scenario['main'][number]
export type Access = Scenario['vcpus'][number][number]
