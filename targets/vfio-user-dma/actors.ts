import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { FlatView, Mapping, MemoryRegion } from './entities.js'
import { inTransaction, memoryRegionFromHost } from './memory-api.js'
import type { MapBuffer, ReaderEvent, Request } from './scenario.js'
import { requestName, type Server } from './server.js'

/** The vfio-user client: it knows nothing but its own requests and the replies. */
export function* client(t: Thread, s: Server, pipelined: boolean): Coroutine<void> {
  for (const [i, request] of s.script.entries()) {
    yield* send(t, s, i + 1, request)
    if (!pipelined && request.do !== 'disconnect') yield* awaitReply(t, s, i + 1)
  }
  const last = s.script.findLastIndex((r) => r.do !== 'disconnect') + 1
  if (pipelined && last === s.script.length) yield* awaitReply(t, s, last)
}

export function* send(t: Thread, s: Server, serial: number, request: Request): Coroutine<void> {
  yield* t.storeRelease(s.socket.request, { serial, what: requestName(request) })
}

export function* awaitReply(t: Thread, s: Server, serial: number): Coroutine<void> {
  yield* t.waitFor('the reply', () => s.oracle.answered(serial) || deleted(s))
}

const deleted = (s: Server): boolean => s.socket.objectDel.value === 1

/** QEMU's main loop, as far as the server's file descriptor and the monitor go; it ends when no more will come. */
export function* mainLoop(t: Thread, s: Server, moreToCome: () => boolean): Coroutine<void> {
  const { bql } = t.machine
  // As this thread sees memory: it may have changed the handler itself.
  const polled = (): boolean => t.machine.memory.own(t, s.vfu.pollFd) === 1
  const received = (): number => t.machine.memory.own(t, s.vfu.received)
  const readable = (): boolean => polled() && s.socket.request.value.serial > received()
  const over = (): boolean => received() === s.script.length && !moreToCome()
  for (;;) {
    const start = t.mark()
    yield* t.waitFor('its file descriptors', () => readable() || deleted(s) || over())
    if (t.note(deleted(s))) return yield* vfuObjectFinalize(t, s)
    if (!t.note(readable())) return
    yield* t.lock(bql)
    const run = s.fix.vfuObjectCtxRun(t, s)
    yield* s.transaction ? inTransaction(t, s, run) : run
    yield* t.unlock(bql)
    // Another turn of the loop, if it has been for nothing.
    if (t.note(readable())) yield* t.cpuRelax()
    t.forget(start)
  }
}

/** The monitor's `object-del`: `vfu_destroy_ctx`, whatever is parked. */
function* vfuObjectFinalize(t: Thread, s: Server): Coroutine<void> {
  yield* t.lock(t.machine.bql)
  yield* s.fix.vfuResetCtx(t, s)
  yield* t.unlock(t.machine.bql)
}

export function* monitor(t: Thread, s: Server): Coroutine<void> {
  yield* t.storeRelease(s.socket.objectDel, 1)
}

/** A vCPU or iothread, or a device in the main loop. */
export function* reader(t: Thread, s: Server, events: readonly ReaderEvent[]): Coroutine<void> {
  for (const e of events)
    if (e.do === 'read') yield* read(t, s, e.page, e.underBql)
    else if (e.do === 'ram-list') yield* walkRamList(t, s)
    else yield* mmio(t)
}

function* read(t: Thread, s: Server, page: number, underBql: boolean): Coroutine<void> {
  if (underBql) yield* t.lock(t.machine.bql)
  yield* addressSpaceRead(t, s, page)
  if (underBql) yield* t.unlock(t.machine.bql)
}

function* mmio(t: Thread): Coroutine<void> {
  yield* t.rcuReadLock()
  yield* t.lock(t.machine.bql)
  yield* t.unlock(t.machine.bql)
  yield* t.rcuReadUnlock()
}

/** What an address translates to, in the caller's section. */
function* translate(
  t: Thread,
  s: Server,
  page: number,
): Coroutine<{ readonly mr: MemoryRegion; readonly host: Mapping } | null> {
  const view = (yield* t.rcuDereference(s.as.currentMap)) as FlatView
  const mr = yield* t.plainRead(view.ranges[page] as FlatView['ranges'][number])
  if (mr === null) return null
  const block = yield* t.plainRead(mr.ramBlock)
  const host = block && (yield* t.plainRead(block.host))
  return host && { mr, host }
}

/** The access itself: the guest's memory is volatile to the server. */
export function* use(t: Thread, s: Server, host: Mapping): Coroutine<void> {
  yield* t.read(host.data)
  s.oracle.used(t, host)
}

export function* addressSpaceRead(t: Thread, s: Server, page: number): Coroutine<void> {
  if (!(yield* s.fix.accessBegin(t, s, page))) return
  const found = yield* translate(t, s, page)
  if (found) yield* use(t, s, found.host)
  yield* t.rcuReadUnlock()
}

function* walkRamList(t: Thread, s: Server): Coroutine<void> {
  if (!(yield* s.fix.accessBegin(t, s, null))) return
  let block = yield* t.rcuDereference(s.ram.blocks)
  while (block !== null) {
    const host = yield* t.plainRead(block.host)
    if (host) yield* use(t, s, host)
    block = yield* t.rcuDereference(block.next)
  }
  yield* t.rcuReadUnlock()
}

/** A device that keeps the host pointer from `address_space_map` to `address_space_unmap`. */
export function* device(t: Thread, s: Server, buffer: MapBuffer): Coroutine<void> {
  const mapped = yield* addressSpaceMap(t, s, buffer.page)
  if (mapped === null) return
  for (const e of buffer.during)
    if (e.do === 'use') yield* use(t, s, mapped.host)
    else if (e.do === 'grace-period') yield* t.synchronizeRcu()
    else yield* read(t, s, e.page, e.underBql)
  if (buffer.underBql) yield* t.lock(t.machine.bql)
  yield* addressSpaceUnmap(t, s, mapped.mr, mapped.host)
  if (buffer.underBql) yield* t.unlock(t.machine.bql)
}

export function* addressSpaceMap(t: Thread, s: Server, page: number): ReturnType<typeof translate> {
  if (!(yield* s.fix.accessBegin(t, s, page))) return null
  const found = yield* translate(t, s, page)
  if (found) yield* s.fix.bufferMapped(t, s, found.mr)
  yield* t.rcuReadUnlock()
  return found
}

export function* addressSpaceUnmap(
  t: Thread,
  s: Server,
  mapped: MemoryRegion,
  host: Mapping,
): Coroutine<void> {
  const mr = yield* memoryRegionFromHost(t, s, host)
  t.assert(mr !== null, 'mr != NULL in address_space_unmap')
  if (mr === null) return
  s.oracle.reverseLookup(t, mapped, mr)
  yield* s.fix.bufferUnmapped(t, s, mr)
}
