import type { Coroutine, Thread } from '#harness/machine/index.js'
import { Mapping, Message, Pending, type VfuCtx } from './entities.js'
import { dmaRegister } from './memory-api.js'
import type { Request } from './scenario.js'
import { pageName, requestName, type Answer, type RunResult, type Server } from './server.js'

/*
 * libvfio-user (lib/libvfio-user.c, lib/dma.c): one thread, at most one parked message, and while there is one the
 * connection stands still. The extension that seed 002 asks for is marked as such; where no candidate answers
 * EBUSY to `dma_unregister`, it is never reached.
 */

/** `vfu_run_ctx`: reads one request and handles it. */
export function* vfuRunCtx(t: Thread, s: Server): Coroutine<RunResult> {
  if ((yield* t.plainRead(s.vfu.pending)) !== Pending.None) {
    s.oracle.polledInVain(t)
    return 'EBUSY'
  }
  const received = yield* t.plainRead(s.vfu.received)
  if ((yield* t.loadAcquire(s.socket.request)).serial === received) return 'nothing'
  yield* t.plainWrite(s.vfu.received, received + 1)
  const request = s.script[received] as Request
  if (request.do === 'disconnect') {
    yield* s.fix.vfuResetCtx(t, s)
    return 'ENOTCONN'
  }
  const msg = yield* t.alloc(Message, requestName(request))
  yield* t.plainWrite(msg.msgId, received + 1)
  return (yield* handleRequest(t, s, msg)) === 'EBUSY' ? 'EBUSY' : 'handled'
}

/** The quiesce callback is told neither the region nor the command; mapping needs it, too. */
function* handleRequest(t: Thread, s: Server, msg: Message): Coroutine<Answer> {
  if (s.fix.quiesceCb !== null) {
    yield* t.plainWrite(s.vfu.inCb, 1)
    const answer = yield* s.fix.quiesceCb(t, s)
    yield* t.plainWrite(s.vfu.inCb, 0)
    if (answer === 'EBUSY') {
      yield* park(t, s.vfu, Pending.Quiesce, msg)
      return 'EBUSY'
    }
  }
  return yield* execCommand(t, s, msg)
}

function* park(t: Thread, vfu: VfuCtx, pending: Pending, msg: Message): Coroutine<void> {
  yield* t.plainWrite(vfu.pending, pending)
  yield* t.plainWrite(vfu.pendingMsg, msg)
}

function* unpark(t: Thread, vfu: VfuCtx): Coroutine<void> {
  yield* t.plainWrite(vfu.pending, Pending.None)
  yield* t.plainWrite(vfu.pendingMsg, null)
}

function* execCommand(t: Thread, s: Server, msg: Message): Coroutine<Answer> {
  const msgId = yield* t.plainRead(msg.msgId)
  const request = s.script[msgId - 1] as Request
  if (request.do === 'map') yield* dmaControllerAddRegion(t, s, request.page)
  else {
    const pages = request.do === 'unmap' ? [request.page] : s.vfu.regions.keys()
    let outstanding = 0
    for (const page of pages) if ((yield* dmaControllerRemoveRegion(t, s, page)) === 'EBUSY') outstanding++
    if (outstanding > 0) {
      // Extension: the message is parked until the device has given all regions back.
      yield* t.plainWrite(msg.outstanding, outstanding)
      yield* park(t, s.vfu, Pending.Unmap, msg)
      return 'EBUSY'
    }
  }
  yield* reply(t, s, msg, msgId)
  return 'done'
}

/** A page that is mapped already is an error of the client's, which it is told in the reply. */
function* dmaControllerAddRegion(t: Thread, s: Server, page: number): Coroutine<void> {
  const region = regionOf(s, page)
  if ((yield* t.plainRead(region)) !== null) return
  const mapping = yield* t.alloc(Mapping, s.name(pageName(page)))
  yield* t.plainWrite(region, mapping)
  yield* dmaRegister(t, s, page, mapping)
}

/** lib/dma.c: `dma_controller_remove_region`. So is an unmap of what is not mapped. */
function* dmaControllerRemoveRegion(t: Thread, s: Server, page: number): Coroutine<Answer> {
  const mapping = yield* t.plainRead(regionOf(s, page))
  if (mapping === null) return 'done'
  const answer = yield* dmaUnregister(t, s, mapping)
  if (answer === 'done') yield* unmapRegion(t, s, page, mapping)
  if (answer === 'EBUSY') yield* t.plainWrite(unmappingOf(s, page), 1)
  if (answer === 'detached') {
    yield* t.plainWrite(regionOf(s, page), null)
    s.oracle.detach(mapping)
  }
  return answer
}

function* dmaUnregister(t: Thread, s: Server, mapping: Mapping): Coroutine<Answer> {
  yield* t.plainWrite(s.vfu.inCb, 1)
  const answer = yield* s.fix.dmaUnregister(t, s, mapping)
  yield* t.plainWrite(s.vfu.inCb, 0)
  return answer
}

/** `dma_controller_unmap_region`: munmap(), close(), and the region is gone. */
function* unmapRegion(t: Thread, s: Server, page: number, mapping: Mapping): Coroutine<void> {
  yield* t.plainWrite(regionOf(s, page), null)
  yield* t.free(mapping)
}

function* reply(t: Thread, s: Server, msg: Message, msgId: number): Coroutine<void> {
  yield* t.storeRelease(s.socket.reply, msgId)
  s.oracle.replied(t)
  yield* t.free(msg)
}

/** `vfu_device_quiesced`: with an error the parked message is freed, and never replied to. */
export function* vfuDeviceQuiesced(t: Thread, s: Server, error: boolean): Coroutine<void> {
  t.assert((yield* t.plainRead(s.vfu.inCb)) === 0, 'vfu_device_quiesced() outside of callbacks')
  if ((yield* t.plainRead(s.vfu.pending)) !== Pending.Quiesce) return
  const msg = (yield* t.plainRead(s.vfu.pendingMsg)) as Message
  yield* unpark(t, s.vfu)
  if (error) {
    yield* loseMessage(t, s, msg)
    return
  }
  yield* execCommand(t, s, msg)
}

function* loseMessage(t: Thread, s: Server, msg: Message): Coroutine<void> {
  s.oracle.lostReply(t, yield* t.plainRead(msg.msgId), msg.label)
  yield* t.free(msg)
}

/**
 * Extension: `vfu_device_unmapped`, seed 002. The device has given a region back, named by its address; the last
 * one lets the message be replied to. Of a region that is not there any more it says EINVAL.
 */
export function* vfuDeviceUnmapped(t: Thread, s: Server, mapping: Mapping): Coroutine<void> {
  t.assert((yield* t.plainRead(s.vfu.inCb)) === 0, 'vfu_device_unmapped() outside of callbacks')
  for (const [page, region] of s.vfu.regions.entries()) {
    const there = yield* t.plainRead(region)
    if (there === null || there.address !== mapping.address) continue
    yield* t.plainWrite(unmappingOf(s, page), 0)
    yield* unmapRegion(t, s, page, there)
    yield* regionGivenBack(t, s)
    return
  }
}

function* regionGivenBack(t: Thread, s: Server): Coroutine<void> {
  if ((yield* t.plainRead(s.vfu.pending)) !== Pending.Unmap) return
  const msg = (yield* t.plainRead(s.vfu.pendingMsg)) as Message
  const outstanding = yield* t.plainRead(msg.outstanding)
  if (outstanding > 1) {
    yield* t.plainWrite(msg.outstanding, outstanding - 1)
    return
  }
  yield* unpark(t, s.vfu)
  yield* reply(t, s, msg, yield* t.plainRead(msg.msgId))
}

/**
 * `vfu_reset_ctx`: the connection is lost, or the context destroyed. All regions go at once, whatever the
 * device answers.
 */
export function* vfuResetCtx(t: Thread, s: Server): Coroutine<void> {
  yield* dropParked(t, s)
  for (const [page, region] of s.vfu.regions.entries()) {
    const mapping = yield* t.plainRead(region)
    if (mapping === null) continue
    yield* dmaUnregister(t, s, mapping)
    yield* unmapRegion(t, s, page, mapping)
  }
}

/** Extension: a reset that asks for each region once, and leaves it until the device gives it back. */
export function* vfuResetCtxAsync(t: Thread, s: Server): Coroutine<void> {
  yield* dropParked(t, s)
  for (const page of s.vfu.regions.keys())
    if ((yield* t.plainRead(unmappingOf(s, page))) === 0) yield* dmaControllerRemoveRegion(t, s, page)
}

/** There is nobody left to reply to. */
function* dropParked(t: Thread, s: Server): Coroutine<void> {
  if ((yield* t.plainRead(s.vfu.pending)) === Pending.None) return
  const msg = (yield* t.plainRead(s.vfu.pendingMsg)) as Message
  yield* unpark(t, s.vfu)
  yield* t.free(msg)
}

const regionOf = (s: Server, page: number): VfuCtx['regions'][number] =>
  s.vfu.regions[page] as VfuCtx['regions'][number]
const unmappingOf = (s: Server, page: number): VfuCtx['unmapping'][number] =>
  s.vfu.unmapping[page] as VfuCtx['unmapping'][number]
