import { defineFix } from '#harness/define.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { Board } from '../board.js'
import type { Device } from '../entities.js'
import { reject } from '../reject.js'
import regionLifetime from '../target.js'
import guarded from './unrealize-in-callback-guarded.js'

export default defineFix(regionLifetime, {
  ...guarded,
  name: 'unrealize-in-callback-complete',
  title: 'The guarded callback; memory is unmapped at finalization, which waits for the BQL if it must',
  source: 'Repair of the candidate above, for those who map the BAR (H3-4, H3-5)',
  pciExit: reject.pciExit,
  memoryRegionFinalize: reject.memoryRegionFinalize,

  *deviceUnref(t, b, dev) {
    if ((yield* t.fetchAdd(dev.ref, -1)) !== 1) return
    if (t.holds(t.machine.bql)) yield* b.fix.deviceFinalize(t, b, dev)
    else yield* t.callRcu(dev.rcu, finalize, b, dev)
  },
})

/** Callbacks run under the BQL. */
function* finalize(t: Thread, b: Board, dev: Device): Coroutine<void> {
  yield* b.fix.deviceFinalize(t, b, dev)
}
