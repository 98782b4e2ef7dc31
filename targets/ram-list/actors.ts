import type { Coroutine, Thread } from '#harness/machine/index.js'
import { FlatView, RAMBlock, type RAMState } from './entities.js'
import type { Began } from './oracle.js'
import type { MainEvent, ReaderEvent } from './scenario.js'
import { hostAddress, SLOT, slotRange, type World } from './world.js'

/** A vCPU or iothread. */
export function* reader(t: Thread, w: World, events: readonly ReaderEvent[], began: Began): Coroutine<void> {
  for (const event of events) {
    if (event.do === 'mmio') {
      yield* mmio(t)
      continue
    }
    yield* t.rcuReadLock()
    began.now(t)
    const start = t.mark()
    let done = 0
    for (const e of event.events) {
      if (event.forcible && (yield* t.rcuForced())) break
      if (e.do === 'mmio') yield* mmio(t)
      else {
        const block =
          e.do === 'lookup'
            ? yield* w.fix.qemuGetRamBlock(t, w.ram, e.slot * SLOT)
            : yield* w.fix.qemuRamBlockFromHost(t, w.ram, t.note(w.oracle.hostOf(e.slot)))
        // Upstream aborts when nothing is found; a caller that asks for what is not there has itself to blame.
        if (block !== null) {
          if (e.do === 'lookup') w.oracle.judge(t, began, block, e.slot)
          // The caller uses what it got: the second place where a freed block hurts.
          yield* t.plainRead(block.host)
          if (w.regionDies) yield* useRegion(t, block)
        }
      }
      t.forget(start, done++)
    }
    yield* t.rcuReadUnlock()
  }
}

function* mmio(t: Thread): Coroutine<void> {
  yield* t.lock(t.machine.bql)
  yield* t.unlock(t.machine.bql)
}

function* useRegion(t: Thread, block: RAMBlock): Coroutine<void> {
  const mr = yield* t.plainRead(block.mr)
  if (mr) yield* t.plainRead(mr.owner)
}

/** The main thread: hotplug under the BQL. An event that makes no sense by now does nothing. */
export function* mainThread(t: Thread, w: World, events: readonly MainEvent[]): Coroutine<void> {
  const { bql } = t.machine
  const start = t.mark()
  for (const [i, e] of events.entries()) {
    // What an event leaves behind is in the lists.
    t.forget(start, i, w.plugged)
    if (e.do === 'drain') {
      yield* t.lock(bql)
      yield* t.drainCallRcu()
      yield* t.unlock(bql)
      w.oracle.drained(t)
      continue
    }
    yield* t.lock(bql)
    const there = t.note(w.oracle.inSlot(e.slot))
    if (e.do === 'plug' && there === null) {
      // Whoever plugs has waited until the range is free again; the BQL is not held meanwhile.
      if (!t.note(w.oracle.vacant(w.ram, e.slot))) {
        yield* t.unlock(bql)
        yield* t.waitFor('the address range', () => w.oracle.vacant(w.ram, e.slot))
        yield* t.lock(bql)
      }
      yield* plug(t, w, e.slot)
    } else if (e.do === 'unplug' && there !== null) {
      w.oracle.removing(there)
      if (e.from === 'main') {
        yield* w.fix.qemuRamFree(t, w.ram, there)
        w.oracle.removed(t, there)
        if (w.regionDies) yield* finalizeRegion(t, there)
      } else yield* unplugFromCallback(t, w, there)
    }
    yield* t.unlock(bql)
  }
}

function* plug(t: Thread, w: World, slot: number): Coroutine<void> {
  const n = ++w.plugged
  const block = yield* t.alloc(RAMBlock, `${'XYZW'.charAt(slot)}${"'".repeat(n)}`)
  const host = hostAddress(4 + n)
  yield* t.plainWrite(block.range, slotRange(slot))
  yield* t.plainWrite(block.host, host)
  yield* w.fix.ramBlockAdd(t, w.ram, block)
  w.oracle.added(t, block, slot, host)
}

/** The last reference to the region is a FlatView's: it goes when the view's callback runs. */
function* unplugFromCallback(t: Thread, w: World, block: RAMBlock): Coroutine<void> {
  const view = yield* t.alloc(FlatView, 'old_view')
  yield* t.callRcu(view.rcu, flatviewDestroy, w, view, block)
}

function* flatviewDestroy(t: Thread, w: World, view: FlatView, block: RAMBlock): Coroutine<void> {
  yield* w.fix.qemuRamFree(t, w.ram, block)
  w.oracle.removed(t, block)
  if (w.regionDies) yield* finalizeRegion(t, block)
  yield* t.free(view)
}

/** The region's destructor has called `qemu_ram_free`; its caller, who owns the region, frees it at once. */
function* finalizeRegion(t: Thread, block: RAMBlock): Coroutine<void> {
  if (block.mr.initial) yield* t.free(block.mr.initial)
}

/** The migration thread: a saved block pointer crosses sections, and the version says whether it is good. */
export function* migration(t: Thread, w: World, passes: number): Coroutine<void> {
  const rs: RAMState = { lastVersion: -1, lastSeenBlock: null }
  for (let pass = 0; pass < passes; pass++) {
    yield* t.rcuReadLock()
    yield* w.fix.ramSaveIterate(t, w.ram, rs)
    if (rs.lastSeenBlock === null) rs.lastSeenBlock = yield* t.rcuDereference(w.ram.blocks)
    if (rs.lastSeenBlock !== null) {
      yield* t.plainRead(rs.lastSeenBlock.host)
      const next: RAMBlock | null = yield* t.rcuDereference(rs.lastSeenBlock.next)
      rs.lastSeenBlock = next
    }
    yield* t.rcuReadUnlock()
  }
}
