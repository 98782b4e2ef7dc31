import { defineFix } from '#harness/define.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import { freeRegion } from '../asynchronous.js'
import { byReference } from '../by-reference.js'
import type { Mapping, MemoryRegion, RAMBlock } from '../entities.js'
import { vfuResetCtxAsync } from '../library.js'
import { regionDestructor } from '../memory-api.js'
import type { Server } from '../server.js'
import vfioUserDma from '../target.js'
import { unlinkMapping } from '../upstream.js'

export default defineFix(vfioUserDma, {
  ...byReference,
  name: 'reply-first',
  title: 'by-reference-reset, but the library replies at once, and leaves the munmap to the device',
  source: 'Negative control for I9: the memory stays mapped, and yet the client has it back',
  expect: { broken: ['access-after-reply'] },

  *dmaUnregister(t, s, mapping) {
    yield* unlinkMapping(t, s, mapping)
    return 'detached'
  },

  *memoryRegionFinalize(t, s, mr) {
    yield* t.callRcu(mr.rcu, finalizeDetached, s, mr)
  },

  vfuResetCtx: vfuResetCtxAsync,
})

function* finalizeDetached(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void> {
  const block = (yield* t.plainRead(mr.ramBlock)) as RAMBlock
  const mapping = (yield* t.plainRead(block.host)) as Mapping
  yield* regionDestructor(t, s, mr)
  yield* t.callRcu(mr.rcu, munmapDetached, mr, mapping)
}

function* munmapDetached(t: Thread, mr: MemoryRegion, mapping: Mapping): Coroutine<void> {
  yield* t.free(mapping)
  yield* freeRegion(t, mr)
}
