import type { Coroutine, Thread } from '#harness/machine/index.js'
import { freeRegion, parking, quiesced } from './asynchronous.js'
import { AddressSpace, type Mapping, type MemoryRegion } from './entities.js'
import type { Answer, Server } from './server.js'
import { unlinkMapping } from './upstream.js'

/** More than there will ever be buffers. */
const CLOSED = 1000

/**
 * A gate in front of all DMA. Its word counts the mapped buffers, plus CLOSED while it is closed, plus one until
 * the sections that were open when it closed have ended. Whoever takes it from CLOSED + 1 to CLOSED is the last.
 */
export class GatedAddressSpace extends AddressSpace {
  readonly gate = this.word('gate')
  readonly rcu = this.rcuHead('rcu')
}

const gated = (s: Server): GatedAddressSpace => s.as as GatedAddressSpace

export const isOpen = (gate: number): boolean => gate < CLOSED

/**
 * Enters a section in which the gate is seen open, if it is; a grace period waits for those who saw it open. Who
 * sees it opened again must also see what was unlinked while it was closed: hence the acquire.
 */
export function* enterOpenGate(t: Thread, s: Server): Coroutine<boolean> {
  yield* t.rcuReadLock()
  if (isOpen(yield* t.loadAcquire(gated(s).gate))) return true
  yield* t.rcuReadUnlock()
  return false
}

/** Waits outside of any section. */
export function* waitForGate(t: Thread, s: Server): Coroutine<void> {
  yield* t.waitUntil(gated(s).gate, isOpen)
}

function* leave(t: Thread, s: Server): Coroutine<void> {
  if ((yield* t.fetchAdd(gated(s).gate, -1)) === CLOSED + 1) yield* allHaveLeft(t, s)
}

/** The message is handled, and the gate opened again. In the last user's thread: BQL_LOCK_GUARD(). */
function* allHaveLeft(t: Thread, s: Server): Coroutine<void> {
  const { bql } = t.machine
  const held = t.holds(bql)
  if (!held) yield* t.lock(bql)
  yield* quiesced(t, s)
  yield* t.fetchAdd(gated(s).gate, -CLOSED)
  if (!held) yield* t.unlock(bql)
}

export const gate = {
  ...parking,
  state: GatedAddressSpace,

  *quiesceCb(t: Thread, s: Server): Coroutine<Answer> {
    yield* t.fetchAdd(gated(s).gate, CLOSED + 1)
    yield* t.callRcu(gated(s).rcu, leave, s)
    return 'EBUSY'
  },

  /** Nobody is left: synchronously. */
  *dmaUnregister(t: Thread, s: Server, mapping: Mapping): Coroutine<Answer> {
    const mr = yield* unlinkMapping(t, s, mapping)
    if (mr) yield* t.callRcu(mr.rcu, freeRegion, mr)
    return 'done'
  },

  /** In the section of `address_space_map`. */
  *bufferMapped(t: Thread, s: Server, _mr: MemoryRegion): Coroutine<void> {
    yield* t.fetchAdd(gated(s).gate, 1)
  },

  *bufferUnmapped(t: Thread, s: Server, _mr: MemoryRegion): Coroutine<void> {
    yield* leave(t, s)
  },
}
