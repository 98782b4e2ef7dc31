import type { Cell, Coroutine, Thread } from '#harness/machine/index.js'
import type { Board } from './board.js'
import { leaveBus, unrealize } from './device.js'
import { AddressSpace, type Device } from './entities.js'
import { GuardedDevice } from './guard.js'
import { memoryRegionTransactionCommit } from './memory.js'

/*
 * Unrealizing from an RCU callback (F3-3), and queueing that callback only when the map without the device is
 * published.
 */

/** The callback: unrealize, and drop. */
export function* unrealizeAndDrop(t: Thread, b: Board, dev: Device): Coroutine<void> {
  yield* unrealize(t, b, dev)
  yield* leaveBus(t, b, dev)
}

/** The devices whose callback waits for the outermost commit, linked through them. BQL. */
export class DeferringAddressSpace extends AddressSpace {
  readonly unplugged = this.pointer<DeferredDevice>('unplugged')
}

export class DeferredDevice extends GuardedDevice {
  readonly nextUnplugged: Cell<DeferredDevice | null> = this.pointer<DeferredDevice>('next_unplugged')
}

/** Queues the callback now, or at the end of the transaction that is under way. */
export function* queueWhenPublished(t: Thread, b: Board, dev: DeferredDevice): Coroutine<void> {
  const as = b.as as DeferringAddressSpace
  if ((yield* t.plainRead(as.depth)) === 0) yield* t.callRcu(dev.rcu, unrealizeAndDrop, b, dev)
  else {
    yield* t.plainWrite(dev.nextUnplugged, yield* t.plainRead(as.unplugged))
    yield* t.plainWrite(as.unplugged, dev)
  }
}

/** `memory_region_transaction_commit`: what was unplugged in the transaction is queued after the map is published. */
export function* commitAndQueue(t: Thread, b: Board): Coroutine<void> {
  const as = b.as as DeferringAddressSpace
  yield* memoryRegionTransactionCommit(t, b)
  if ((yield* t.plainRead(as.depth)) > 0) return
  let dev = yield* t.plainRead(as.unplugged)
  if (dev === null) return
  yield* t.plainWrite(as.unplugged, null)
  while (dev) {
    const next: DeferredDevice | null = yield* t.plainRead(dev.nextUnplugged)
    yield* t.callRcu(dev.rcu, unrealizeAndDrop, b, dev)
    dev = next
  }
}
