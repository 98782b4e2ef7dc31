import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { Board } from './board.js'
import { updateMappings } from './device.js'
import { EmbeddingDevice } from './entities.js'

/* The "going away" flag of F3-2g. It is set first, under the BQL. */

/** A device that knows that it is being unplugged. */
export class GuardedDevice extends EmbeddingDevice {
  readonly goingAway = this.word('going_away')
}

/** Sets the flag; false when it was set before, and somebody else is unplugging the device already. */
export function* setGoingAway(t: Thread, dev: GuardedDevice): Coroutine<boolean> {
  if (yield* t.plainRead(dev.goingAway)) return false
  yield* t.plainWrite(dev.goingAway, 1)
  return true
}

/** `pci_update_mappings`: what goes away is not mapped again. */
export function* updateMappingsUnlessGoing(t: Thread, b: Board, dev: GuardedDevice): Coroutine<void> {
  if (!(yield* t.plainRead(dev.goingAway))) yield* updateMappings(t, b, dev)
}
