import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { Mapping, MemoryRegion } from './entities.js'
import { vfuDeviceQuiesced, vfuDeviceUnmapped } from './library.js'
import { runUntilIdle, upstream } from './upstream.js'
import type { Server } from './server.js'

/** What every candidate needs that lets a message be parked. */
export const parking = {
  ...upstream,

  /** `vfu_object_ctx_run` with EBUSY understood: the handler is taken off the socket until the message goes on. */
  *vfuObjectCtxRun(t: Thread, s: Server): Coroutine<void> {
    if ((yield* runUntilIdle(t, s)) === 'EBUSY') yield* t.plainWrite(s.vfu.pollFd, 0)
  },
}

/** RCU callback: the device has given the region back. The struct goes with it. */
export function* regionUnmapped(t: Thread, s: Server, mr: MemoryRegion, mapping: Mapping): Coroutine<void> {
  yield* vfuDeviceUnmapped(t, s, mapping)
  yield* t.plainWrite(s.vfu.pollFd, 1)
  yield* t.free(mr)
}

/** The device is quiet, or has to say that it cannot be. */
export function* quiesced(t: Thread, s: Server): Coroutine<void> {
  yield* vfuDeviceQuiesced(t, s, s.quiesceFails)
  yield* t.plainWrite(s.vfu.pollFd, 1)
}

/** `g_free_rcu` of a region struct. */
export function* freeRegion(t: Thread, mr: MemoryRegion): Coroutine<void> {
  yield* t.free(mr)
}
