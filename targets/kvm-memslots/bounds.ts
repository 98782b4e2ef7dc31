import type { Bounds } from '#harness/define.js'
import type { IoctlEvent, Scenario, VcpuEvent } from './scenario.js'

/**
 * vCPUs that access one frame, and whose slot is created and deleted by turns; what begins with the creation
 * and what begins with the deletion are two scenarios. Another slot is there only for updates that do not
 * concern the frame. Without an exit to QEMU between two accesses nothing but `sc` would say that one of them
 * comes after an ioctl.
 */
export const bounds: Bounds<Scenario> = {
  parameters: {
    vcpus: { title: 'vCPUs', default: 1, most: 3 },
    accesses: { title: 'accesses by each, with an exit to QEMU before the last one', default: 2, most: 3 },
    updates: { title: 'ioctls that create or delete the slot, by turns', default: 1, most: 3 },
    flags: { title: 'flags-only ioctls on another slot, after these', default: 0, most: 3 },
    failing: { title: 'deletions that fail, before all others', default: 0, most: 1 },
    emulating: { title: "vCPUs whose last access is KVM's instruction emulator's", default: 0, most: 3 },
    cached: { title: 'vCPUs that write through a cached slot pointer instead', default: 0, most: 3 },
  },
  scenarios({ vcpus = 1, accesses = 2, updates = 1, flags = 0, failing = 0, emulating = 0, cached = 0 }) {
    const gfn = flags > 0 ? 1 : 0
    const events = (vcpu: number): VcpuEvent[] => {
      const last = (n: number): boolean => vcpu >= vcpus - n
      const all = Array.from({ length: accesses }, (_, i): VcpuEvent => {
        if (last(cached)) return { do: 'cached-write', gfn }
        return { do: i === accesses - 1 && last(emulating) ? 'emulate' : 'access', gfn, smm: false }
      })
      return all.toSpliced(-1, 0, { do: 'userspace' })
    }
    const create: IoctlEvent = { do: 'create', gfn, smm: false }
    const remove = (fails: boolean): IoctlEvent => ({ do: 'delete', gfn, smm: false, fails })
    const beginning = (there: boolean): Scenario => ({
      slots: gfn + Number(there),
      vcpus: Array.from({ length: vcpus }, (_, i) => events(i)),
      ioctls: [
        ...Array.from({ length: there ? failing : 0 }, () => remove(true)),
        ...Array.from({ length: updates }, (_, i) => (i % 2 === Number(there) ? create : remove(false))),
        ...Array.from({ length: flags }, (): IoctlEvent => ({ do: 'flags', gfn: 0, smm: false })),
      ],
      mmioGenerationBits: 19,
      splitSections: false,
      inhibitIoctls: false,
    })
    return [beginning(false), beginning(true)]
  },
}
