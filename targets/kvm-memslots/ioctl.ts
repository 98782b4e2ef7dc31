import type { Coroutine, Thread } from '#harness/machine/index.js'
import { memslotsOf, MemorySlot, type SlotTable } from './entities.js'
import { zapAllPages } from './memslots.js'
import type { World } from './world.js'

/*
 * `__kvm_set_memory_region`, as far as no candidate changes it: KVM_SET_USER_MEMORY_REGION in its four uses.
 */

/** KVM_MR_CREATE, or KVM_MR_FLAGS_ONLY: one set after the other. */
export function* replaceTable(
  t: Thread,
  w: World,
  asId: number,
  change: (table: SlotTable) => SlotTable,
): Coroutine<void> {
  const { kvm, fix } = w
  yield* t.lock(kvm.slotsLock)
  const old = yield* t.read(memslotsOf(kvm, asId))
  const slots = yield* fix.newMemslots(t, kvm, asId, old)
  yield* t.plainWrite(slots.memslots, change(yield* t.plainRead(old.memslots)))
  yield* fix.installNewMemslots(t, kvm, asId, slots, old)
  yield* fix.freeMemslots(t, old)
  yield* t.unlock(kvm.slotsLock)
}

/**
 * KVM_MR_DELETE, or KVM_MR_MOVE: first a set with the slot flagged as invalid; then, when nobody maps its
 * pages any more, the final one. The first set's predecessor serves again as the second set.
 */
export function* removeSlot(
  t: Thread,
  w: World,
  asId: number,
  gfn: number,
  change: (table: SlotTable) => SlotTable,
  fails: boolean,
): Coroutine<void> {
  const { kvm, fix } = w
  yield* t.lock(kvm.slotsLock)
  const old = yield* t.read(memslotsOf(kvm, asId))
  const invalid = yield* fix.newMemslots(t, kvm, asId, old)
  const table = yield* t.plainRead(old.memslots)
  const slot = table.find(gfn) as MemorySlot
  yield* t.plainWrite(invalid.memslots, table.with(gfn, new MemorySlot(gfn, slot.hva, true, slot.logDirty)))
  yield* fix.installNewMemslots(t, kvm, asId, invalid, old)
  // kvm_arch_flush_shadow_memslot
  yield* zapAllPages(t, kvm)
  // kvm_arch_prepare_memory_region may fail.
  if (fails) yield* fix.reinstallMemslots(t, kvm, asId, old, invalid)
  else {
    yield* t.plainWrite(old.memslots, change(table))
    yield* fix.installNewMemslots(t, kvm, asId, old, invalid)
  }
  yield* fix.freeMemslots(t, invalid)
  yield* t.unlock(kvm.slotsLock)
}
