import { z } from 'zod'
import { PAGES } from './entities.js'

const page = z
  .int()
  .min(0)
  .max(PAGES - 1)
  .describe("which page of the client's memory, by DMA address")

const map = z.object({ do: z.literal('map'), page }).describe('VFIO_USER_DMA_MAP')
const unmap = z
  .object({ do: z.literal('unmap'), page })
  .describe('VFIO_USER_DMA_UNMAP')
  .meta({ weight: 3 })
const unmapAll = z.object({ do: z.literal('unmap-all') }).describe('VFIO_USER_DMA_UNMAP of all')

const underBql = z.boolean().default(false).describe('under the BQL, as a device in the main loop does it')
const read = z
  .object({ do: z.literal('read'), page, underBql })
  .describe('address_space_read: uses the host pointer inside its read-side section')
  .meta({ weight: 3 })
const ramList = z
  .object({ do: z.literal('ram-list') })
  .describe('walks the RAM list in a section and uses every host pointer (qemu_map_ram_ptr by ram_addr)')
const mmio = z
  .object({ do: z.literal('mmio') })
  .describe('takes the BQL inside a section, as MMIO dispatch does')

const use = z.object({ do: z.literal('use') }).describe('an access to the mapped buffer')
const gracePeriod = z.object({ do: z.literal('grace-period') }).describe('the I/O takes a grace period')
const mapBuffer = z
  .object({
    page,
    during: z
      .array(z.discriminatedUnion('do', [use, gracePeriod, read]))
      .max(3)
      .describe('what happens between address_space_map and address_space_unmap'),
    underBql: underBql.describe('completes in the main loop, under the BQL; else in an iothread'),
  })
  .describe('address_space_map: keeps the host pointer across sections')

export const scenario = z.object({
  mapped: z.int().min(1).max(PAGES).describe('pages that the client has mapped at the start'),
  client: z
    .array(z.discriminatedUnion('do', [map, unmap, unmapAll]))
    .min(1)
    .max(3)
    .describe('the messages of the client'),
  pipelined: z.boolean().default(false).describe('the client sends them all, then waits for the replies'),
  disconnects: z.boolean().default(false).describe('the client closes the connection after its last message'),
  objectDel: z.boolean().default(false).describe('the server object is deleted at some time'),
  readers: z
    .array(
      z
        .array(z.discriminatedUnion('do', [read, ramList, mmio]))
        .min(1)
        .max(2),
    )
    .max(2)
    .describe('vCPUs and iothreads that use guest memory inside one section'),
  devices: z.array(mapBuffer).max(2).describe('devices that map one buffer each'),
  transaction: z
    .boolean()
    .default(false)
    .describe('the run loop handles all that the socket holds in one memory transaction'),
  quiesceFails: z
    .boolean()
    .default(false)
    .describe('the device cannot be quiesced: vfu_device_quiesced() is called with an error'),
})

export type Scenario = z.infer<typeof scenario>
/** What the library reads from the socket; the last is the end of the connection. */
export type Request = Scenario['client'][number] | { readonly do: 'disconnect' }
export type ReaderEvent = Scenario['readers'][number][number]
export type MapBuffer = Scenario['devices'][number]
