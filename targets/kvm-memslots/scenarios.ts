import type { NamedScenario } from '#harness/define.js'
import type { IoctlEvent, Scenario, VcpuEvent } from './scenario.js'

const access = (gfn: number, smm = false): VcpuEvent => ({ do: 'access', gfn, smm })
const emulate = (gfn: number, smm = false): VcpuEvent => ({ do: 'emulate', gfn, smm })
const cachedWrite = (gfn: number): VcpuEvent => ({ do: 'cached-write', gfn })
const userspace: VcpuEvent = { do: 'userspace' }
const create = (gfn: number, smm = false): IoctlEvent => ({ do: 'create', gfn, smm })
const remove = (gfn: number, fails = false): IoctlEvent => ({ do: 'delete', gfn, smm: false, fails })
const move = (gfn: number, to: number): IoctlEvent => ({ do: 'move', gfn, to, smm: false })
const flags = (gfn: number, smm = false): IoctlEvent => ({ do: 'flags', gfn, smm })
const replace = (gfn: number): IoctlEvent => ({ do: 'replace', gfn, smm: false })

function scenario(
  title: string,
  slots: number,
  vcpus: VcpuEvent[][],
  ioctls: IoctlEvent[],
  more: Partial<Scenario> = {},
): NamedScenario<Scenario> {
  const whole = {
    slots,
    vcpus,
    ioctls,
    mmioGenerationBits: 19,
    splitSections: false,
    inhibitIoctls: false,
    ...more,
  }
  return { title, scenario: whole, apart: whole.mmioGenerationBits < 19 || whole.splitSections }
}

/** Domain S4.1 to S4.10, by name. */
export const scenarios: Record<string, NamedScenario<Scenario>> = {
  create: scenario(
    'S4.1: a slot is created while a fault caches that there is none (H4-1)',
    0,
    [[access(0), userspace, access(0)]],
    [create(0)],
  ),
  delete: scenario(
    'S4.2: a slot is deleted, its frame becomes MMIO',
    1,
    [[access(0), userspace, access(0)]],
    [remove(0)],
  ),
  move: scenario(
    'S4.2: a slot is moved to where there was MMIO',
    1,
    [
      [access(1), userspace, access(1)],
      [access(0), userspace, access(0)],
    ],
    [move(0, 1)],
  ),
  'vcpu-cache': scenario(
    'S4.3: an MMIO spte is hit during the SRCU wait, and the vCPU stamps its own cache',
    0,
    [[access(0)], [access(0), userspace, access(0)]],
    [create(0)],
  ),
  'guest-cache': scenario(
    'S4.4: a cached slot pointer is used during the SRCU wait',
    1,
    [[cachedWrite(0), cachedWrite(0)]],
    [create(1)],
  ),
  'guest-cache-deleted': scenario(
    'S4.4: the same while its slot is deleted, and the old set serves again',
    1,
    [[cachedWrite(0), cachedWrite(0), userspace, cachedWrite(0)]],
    [remove(0)],
  ),
  'four-updates': scenario(
    'S4.5: a slot is created, then three unrelated updates: for candidates with two bits, once around',
    0,
    [[access(0), userspace, access(0)]],
    [create(0), flags(0), flags(0), flags(0)],
  ),
  wrap: scenario(
    'S4.5: the same with two bits of the generation in the sptes of every candidate',
    0,
    [[access(0), userspace, access(0)]],
    [create(0), flags(0), flags(0), flags(0)],
    { mmioGenerationBits: 2 },
  ),
  'wrap-emulator': scenario(
    "S4.5: an outdated spte is hit while the wrap's update goes on; the vCPU stamps its cache with what comes after",
    1,
    [[access(1), access(1), userspace, emulate(1)]],
    [flags(0), flags(0), flags(0), create(1)],
    { mmioGenerationBits: 2 },
  ),
  'wrap-stored-in-progress': scenario(
    'S4.5: an spte is stored after the zap of the wrap and before the new generation; S4.7: two steps a turn',
    1,
    [[access(0), userspace, access(0)]],
    [remove(0), create(0), flags(0, true)],
    { mmioGenerationBits: 2 },
  ),
  'wrap-smm': scenario(
    'S4.5 and S4.7: for candidates with two bits, once around in the second address space',
    0,
    [[access(0, true), userspace, access(0, true)]],
    [create(0, true), flags(0, true)],
  ),
  'split-section': scenario(
    'S4.6: a fault gives up SRCU between its lookup and what it caches',
    0,
    [[access(0), userspace, access(0)]],
    [create(0)],
    { splitSections: true },
  ),
  'address-spaces': scenario(
    "S4.7: the vCPU's cache is filled in one address space and looked at in the other",
    0,
    [[userspace, access(0, true), emulate(0)]],
    [create(0), create(1, true)],
  ),
  'failed-delete': scenario(
    'S4.8: a deletion fails, and the old set is installed again',
    1,
    [[access(0), userspace, access(0)]],
    [remove(0, true)],
  ),
  hole: scenario(
    'S4.9: a slot is replaced; the guest may see the hole',
    1,
    [[access(0), access(0)]],
    [replace(0)],
  ),
  'hole-inhibited': scenario(
    'S4.9: the same, with vCPUs kept out meanwhile, as QEMU does',
    1,
    [[access(0), access(0)]],
    [replace(0)],
    { inhibitIoctls: true },
  ),
  'flags-storm': scenario(
    'S4.10: flags-only updates, each of which makes all cached MMIO miss',
    1,
    [[access(1), access(1), access(1), access(1)]],
    [flags(0), flags(0), flags(0)],
  ),
}
