import { defineFix } from '#harness/define.js'
import { leaveBus, unrealize } from '../device.js'
import { ReferringDevice, type SeparateRegion } from '../entities.js'
import { mmioAccessUnderBql, reject } from '../reject.js'
import { separate } from '../separate.js'
import regionLifetime from '../target.js'

class MutualDevice extends ReferringDevice {
  override readonly refsOfRegion = 1
}

export default defineFix(regionLifetime, {
  ...reject,
  ...separate,
  name: 'separate-region-mutual',
  title:
    'Separate regions that keep their owner until they are finalized; accesses to unrealized owners rejected',
  source: 'Repair of the candidate above, with what Paolo Bonzini asks for, 19 June 2026 (seed 002)',
  device: MutualDevice,
  mmioAccess: mmioAccessUnderBql,

  *memoryRegionFinalize(t, b, mr: SeparateRegion) {
    yield* reject.memoryRegionFinalize(t, b, mr)
    const owner = yield* t.plainRead(mr.owner)
    if (owner) yield* b.fix.deviceUnref(t, b, owner)
  },

  /** The device does not outlive its child property any more, so that unparenting has to end the circle. */
  *deviceUnparent(t, b, dev) {
    if (yield* t.read(dev.realized)) yield* unrealize(t, b, dev)
    yield* b.fix.memoryRegionUnparent(t, b, dev.bar)
    yield* leaveBus(t, b, dev)
  },

  *deviceFinalize(t, _b, dev) {
    yield* t.free(dev)
  },
})
