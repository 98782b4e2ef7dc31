import type { Coroutine, Mutex, Thread } from '#harness/machine/index.js'
import { GfnToHvaCache, MemorySlot, pageOf, Vcpu } from './entities.js'
import { removeSlot, replaceTable } from './ioctl.js'
import { Began } from './map-oracle.js'
import type { IoctlEvent, VcpuEvent } from './scenario.js'
import type { World } from './world.js'

/** A vCPU thread. */
export function* vcpuThread(
  t: Thread,
  w: World,
  events: readonly VcpuEvent[],
  began: Began,
  running: Mutex | null,
): Coroutine<void> {
  const vcpu = new Vcpu()
  const ghc = new GfnToHvaCache()
  const start = t.mark()
  for (const [i, e] of events.entries()) {
    // All that outlives an exit.
    t.forget(start, i, vcpu, ghc)
    if (e.do === 'userspace') {
      // An exit to QEMU, which takes the BQL: what was done under it before is known from here on.
      yield* t.lock(t.machine.bql)
      yield* t.unlock(t.machine.bql)
      continue
    }
    // KVM_RUN
    if (running) yield* t.lock(running)
    if (e.do === 'access') yield* access(t, w, vcpu, began, Number(e.smm), e.gfn)
    else if (e.do === 'emulate') yield* emulate(t, w, vcpu, began, Number(e.smm), e.gfn)
    else yield* writeCached(t, w, ghc, began, e.gfn)
    if (running) yield* t.unlock(running)
  }
  t.forget(start, events.length)
}

/** A guest instruction: the processor walks the page table; what it cannot resolve is a VM exit. */
function* access(t: Thread, w: World, vcpu: Vcpu, began: Began, asId: number, gfn: number): Coroutine<void> {
  const { kvm, fix } = w
  let first = true
  for (;;) {
    const spte = yield* t.read(pageOf(kvm, asId, gfn).spte)
    if (first) began.now(t)
    first = false
    if (spte && !spte.mmio) return w.map.judge(t, began, asId, gfn, spte.hva, 'processor')

    // vcpu_run holds the SRCU section from the VM exit to the next VM entry.
    vcpu.section = yield* t.srcuReadLock(kvm.srcu)
    w.generations.look(t)
    let result = spte ? yield* fix.handleMmioPageFault(t, kvm, vcpu, asId, gfn) : 'invalid'
    if (result === 'invalid') result = yield* fix.tdpPageFault(t, kvm, vcpu, asId, gfn)
    if (result !== 'retry') w.map.judge(t, began, asId, gfn, null, result)
    w.generations.look(t)
    yield* t.srcuReadUnlock(vcpu.section)
    vcpu.section = null
    if (result !== 'retry') return
  }
}

/** An instruction that KVM emulates for another reason, and that touches the frame. */
function* emulate(t: Thread, w: World, vcpu: Vcpu, began: Began, asId: number, gfn: number): Coroutine<void> {
  const section = yield* t.srcuReadLock(w.kvm.srcu)
  began.now(t)
  w.generations.look(t)
  const result = yield* w.fix.emulatorReadWrite(t, w.kvm, vcpu, asId, gfn)
  if (result instanceof MemorySlot) w.map.judge(t, began, asId, gfn, result.hva, 'memslots')
  else w.map.judge(t, began, asId, gfn, null, result)
  yield* t.srcuReadUnlock(section)
}

/** Steal time, pvclock and the like: KVM writes to the guest through a cached slot. */
function* writeCached(t: Thread, w: World, ghc: GfnToHvaCache, began: Began, gfn: number): Coroutine<void> {
  const section = yield* t.srcuReadLock(w.kvm.srcu)
  began.now(t)
  w.generations.look(t)
  // The cache is of one frame; another frame is another cache.
  if (ghc.gfn !== gfn) ghc.forget(gfn)
  const hva = yield* w.fix.writeGuestCached(t, w.kvm, ghc, gfn)
  if (hva !== null) w.map.judge(t, began, 0, gfn, hva, 'guest-cache')
  yield* t.srcuReadUnlock(section)
}

/** QEMU: memory ioctls, one after the other, under the BQL. One that makes no sense by now does nothing. */
export function* ioctlThread(t: Thread, w: World, events: readonly IoctlEvent[]): Coroutine<void> {
  const { bql } = t.machine
  for (const e of events) {
    yield* t.lock(bql)
    if (w.running && e.do === 'replace') yield* inhibited(t, w, e)
    else yield* ioctl(t, w, e)
    yield* t.unlock(bql)
  }
}

/** `accel_ioctl_inhibit_begin` and `_end`: vCPUs are kicked out, and kept out. */
function* inhibited(t: Thread, w: World, e: IoctlEvent): Coroutine<void> {
  for (const running of w.running ?? []) yield* t.lock(running)
  yield* ioctl(t, w, e)
  for (const running of w.running ?? []) yield* t.unlock(running)
}

function* ioctl(t: Thread, w: World, e: IoctlEvent): Coroutine<void> {
  const { map } = w
  const asId = Number(e.smm)
  const there = map.at(asId, e.gfn)
  if (e.do === 'create') {
    if (there === null) yield* create(t, w, asId, e.gfn)
  } else if (there === null) return
  else if (e.do === 'delete') yield* remove(t, w, asId, e.gfn, e.fails)
  else if (e.do === 'move') {
    if (map.at(asId, e.to) === null) yield* move(t, w, asId, e.gfn, e.to, there)
  } else if (e.do === 'replace') {
    map.replacing(asId, e.gfn, true)
    yield* remove(t, w, asId, e.gfn, false)
    yield* create(t, w, asId, e.gfn)
    map.replacing(asId, e.gfn, false)
  } else
    yield* replaceTable(t, w, asId, (table) => {
      const slot = table.find(e.gfn) as MemorySlot
      return table.with(e.gfn, new MemorySlot(slot.gfn, slot.hva, slot.invalid, !slot.logDirty))
    })
}

function* create(t: Thread, w: World, asId: number, gfn: number): Coroutine<void> {
  const hva = `new${++w.created}`
  w.map.changing(asId, gfn, hva)
  yield* replaceTable(t, w, asId, (table) => table.with(gfn, new MemorySlot(gfn, hva)))
  w.map.changed(t, asId, gfn)
}

function* remove(t: Thread, w: World, asId: number, gfn: number, fails: boolean): Coroutine<void> {
  // While the slot is invalid, its frame is MMIO.
  if (fails) w.map.changing(asId, gfn, null, w.map.at(asId, gfn))
  else w.map.changing(asId, gfn, null)
  yield* removeSlot(t, w, asId, gfn, (table) => table.with(gfn, null), fails)
  w.map.changed(t, asId, gfn)
}

function* move(t: Thread, w: World, asId: number, gfn: number, to: number, hva: string): Coroutine<void> {
  w.map.changing(asId, gfn, null)
  w.map.changing(asId, to, hva)
  yield* removeSlot(
    t,
    w,
    asId,
    gfn,
    (table) => table.with(gfn, null).with(to, new MemorySlot(to, hva)),
    false,
  )
  w.map.changed(t, asId, gfn)
  w.map.changed(t, asId, to)
}
