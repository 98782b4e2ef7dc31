import type { BenchEnvironment, Host } from '#harness/define.js'
import type { Coroutine, Machine, Thread } from '#harness/machine/index.js'
import {
  addressSpaceMap,
  addressSpaceRead,
  addressSpaceUnmap,
  awaitReply,
  mainLoop,
  send,
  use,
} from './actors.js'
import { boot } from './boot.js'
import { PAGES } from './entities.js'
import type { Request } from './scenario.js'
import type { Server, VfioUserFix } from './server.js'

export type VfioUserParameters = {
  /** vCPUs and iothreads that read guest memory inside sections. */
  readonly readers: number
  /** Of each. */
  readonly readsPerSecond: number
  /** Devices that map a buffer, wait for their I/O, and unmap it. */
  readonly devices: number
  readonly buffersPerSecond: number
  readonly holdMicroseconds: number
  /** Threads that stay in a section for this long, as migration does; 0 = none. */
  readonly longSectionMilliseconds: number
  /** The client unmaps a page and maps it again. */
  readonly unmapsPerSecond: number
  readonly milliseconds: number
  readonly host: Host
}

/** Each time: DMA_UNMAP, and right behind it, on the same connection, DMA_MAP of the page. */
function* client(
  t: Thread,
  s: Server,
  script: Request[],
  unmapsPerSecond: number,
  env: BenchEnvironment,
  hungUp: () => void,
): Coroutine<void> {
  const random = env.random(-1)
  const interval = 1e9 / unmapsPerSecond
  const ask = function* (request: Request): Coroutine<number> {
    const serial = script.push(request)
    yield* send(t, s, serial, request)
    return serial
  }
  for (let n = 0; ; n++) {
    yield* t.sleep(Math.max(0, (n + random.fraction() / 2) * interval - env.now(t)))
    if (!env.goesOn(t)) break
    const page = random.below(PAGES)
    const mapping = s.vfu.regions[page]?.value
    if (mapping) env.removalBegins(t, mapping)
    const asked = env.now(t)
    const unmap = yield* ask({ do: 'unmap', page })
    const askedNext = env.now(t)
    const map = yield* ask({ do: 'map', page })
    yield* awaitReply(t, s, unmap)
    env.sample('unmap', env.now(t) - asked)
    yield* awaitReply(t, s, map)
    env.sample('behind', env.now(t) - askedNext)
  }
  hungUp()
}

function* reader(
  t: Thread,
  s: Server,
  number: number,
  perSecond: number,
  env: BenchEnvironment,
): Coroutine<void> {
  const random = env.random(number)
  for (;;) {
    yield* t.sleep(random.exponential(1e9 / perSecond))
    if (!env.goesOn(t)) return
    const began = env.now(t)
    yield* addressSpaceRead(t, s, random.below(PAGES))
    env.sample('access', env.now(t) - began)
  }
}

function* device(
  t: Thread,
  s: Server,
  number: number,
  p: VfioUserParameters,
  env: BenchEnvironment,
): Coroutine<void> {
  const random = env.random(number)
  for (;;) {
    yield* t.sleep(random.exponential(1e9 / p.buffersPerSecond))
    if (!env.goesOn(t)) return
    const began = env.now(t)
    const mapped = yield* addressSpaceMap(t, s, random.below(PAGES))
    env.sample('access', env.now(t) - began)
    if (mapped === null) continue
    yield* t.sleep(random.exponential(p.holdMicroseconds * 1000))
    yield* use(t, s, mapped.host)
    yield* addressSpaceUnmap(t, s, mapped.mr, mapped.host)
  }
}

function* longSection(t: Thread, nanoseconds: number, env: BenchEnvironment): Coroutine<void> {
  while (env.goesOn(t)) {
    yield* t.rcuReadLock()
    yield* t.sleep(nanoseconds)
    yield* t.rcuReadUnlock()
    yield* t.sleep(nanoseconds / 50)
  }
}

export function build(m: Machine, fix: VfioUserFix, p: VfioUserParameters, env: BenchEnvironment): void {
  const script: Request[] = []
  let connected = true
  const s = boot(m, fix, PAGES, script)
  m.atStart(() => {
    script.length = 0
    connected = true
  })
  const hungUp = (): void => {
    connected = false
  }
  m.spawn('client', 'client', (t) => client(t, s, script, p.unmapsPerSecond, env, hungUp))
  m.spawn('main', 'main', (t) => mainLoop(t, s, () => connected))
  for (let i = 0; i < p.readers; i++)
    m.spawn(`reader${i}`, 'reader', (t) => reader(t, s, i, p.readsPerSecond, env))
  for (let i = 0; i < p.devices; i++) m.spawn(`device${i}`, 'device', (t) => device(t, s, 100 + i, p, env))
  if (p.longSectionMilliseconds > 0)
    m.spawn('migration', 'reader', (t) => longSection(t, p.longSectionMilliseconds * 1e6, env))
  m.spawnCallRcu()
}
