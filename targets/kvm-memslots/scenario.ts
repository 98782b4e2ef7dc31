import { z } from 'zod'

const gfn = z.int().min(0).max(1).describe('which guest frame')
const smm = z.boolean().default(false).describe('in the address space of SMM')

const access = z
  .object({ do: z.literal('access'), gfn, smm })
  .describe(
    'a guest instruction accesses the frame: page-table walk, and a fault if that does not resolve it',
  )
  .meta({ weight: 3 })
const emulate = z
  .object({ do: z.literal('emulate'), gfn, smm })
  .describe("KVM's instruction emulator accesses the frame for the guest")
const cachedWrite = z
  .object({ do: z.literal('cached-write'), gfn })
  .describe('KVM writes to the guest through a gfn_to_hva_cache (steal time, pvclock)')
const userspace = z.object({ do: z.literal('userspace') }).describe('an exit to QEMU, which takes the BQL')

const create = z
  .object({ do: z.literal('create'), gfn, smm })
  .describe('a slot at a frame that has none')
  .meta({ weight: 2 })
const remove = z
  .object({
    do: z.literal('delete'),
    gfn,
    smm,
    fails: z
      .boolean()
      .default(false)
      .describe('kvm_arch_prepare_memory_region fails, and all is rolled back'),
  })
  .describe('the slot at the frame goes: flagged invalid first, then deleted')
const move = z
  .object({ do: z.literal('move'), gfn, to: gfn, smm })
  .describe('the slot goes to another frame: flagged invalid first, then moved')
const flags = z
  .object({ do: z.literal('flags'), gfn, smm })
  .describe('dirty logging of the slot is switched on or off')
  .meta({ weight: 2 })
const replace = z
  .object({ do: z.literal('replace'), gfn, smm })
  .describe('the slot is deleted, and another one created at once, of which the guest knows nothing')

export const scenario = z.object({
  slots: z.int().min(0).max(2).describe('how many of the frames, counted from 0, have a slot at first'),
  vcpus: z
    .array(
      z
        .array(z.discriminatedUnion('do', [access, emulate, cachedWrite, userspace]))
        .min(1)
        .max(4),
    )
    .min(1)
    .max(3)
    .describe('what each vCPU does, in order'),
  ioctls: z
    .array(z.discriminatedUnion('do', [create, remove, move, flags, replace]))
    .min(1)
    .max(5)
    .describe('KVM_SET_USER_MEMORY_REGION, one after the other'),
  mmioGenerationBits: z
    .int()
    .min(2)
    .max(19)
    .default(19)
    .meta({ fixed: true })
    .describe('bits of the generation that an MMIO spte has room for'),
  splitSections: z
    .boolean()
    .default(false)
    .meta({ fixed: true })
    .describe('the fault path gives up SRCU between the lookup and what it caches of it (S4.6)'),
  inhibitIoctls: z
    .boolean()
    .default(false)
    .meta({ fixed: true })
    .describe('vCPUs are kept out of KVM_RUN while a slot is replaced (S4.9)'),
})

export type Scenario = z.infer<typeof scenario>
export type VcpuEvent = Scenario['vcpus'][number][number]
export type IoctlEvent = Scenario['ioctls'][number]

/** The frames and address spaces that a scenario is about: there are no others. */
export function shapeOf(s: Scenario): { gfns: number; slots: number; addressSpaces: number } {
  const events = [...s.vcpus.flat(), ...s.ioctls]
  const frames = events.flatMap((e) => [...('gfn' in e ? [e.gfn] : []), ...('to' in e ? [e.to] : [])])
  const gfns = Math.max(0, ...frames) + 1
  const smm = events.some((e) => 'smm' in e && e.smm)
  return { gfns, slots: Math.min(s.slots, gfns), addressSpaces: smm ? 2 : 1 }
}
