import type { Footprint } from './footprint.js'
import type { Machine } from './machine.js'
import { Operation } from './op.js'
import { report } from './reports.js'
import type { Condition, Mutex } from './sync.js'
import { join } from './clocks.js'
import type { Thread } from './thread.js'

export const lock = new Operation(
  'lock',
  (_m, t) => {
    ;(t.x as Mutex).take(t)
    t.result = undefined
  },
  (m, t) => !(t.x as Mutex).held && m.memory.drained(t),
  (t) => {
    const mutex = t.x as Mutex
    return `${mutex.name}, held by ${mutex.owner === t ? 'itself' : (mutex.owner?.name ?? 'nobody')}`
  },
  (t) => ((t.x as Mutex).owner ? [(t.x as Mutex).owner as Thread] : []),
).touching((_m, t, f) => f.write((t.x as Mutex).resource))

/** `spin_trylock`, `qemu_mutex_trylock`: takes the mutex if nobody has it; one that fails orders nothing. */
export const tryLock = new Operation(
  'tryLock',
  (_m, t) => {
    const mutex = t.x as Mutex
    t.result = !mutex.held
    if (!mutex.held) mutex.take(t)
  },
  (m, t) => m.memory.drained(t),
)

/** `spin_is_locked`: looks, and orders nothing. It sees the thread's own unlock, so that one must have landed. */
export const isLocked = new Operation(
  'isLocked',
  (_m, t) => {
    t.result = (t.x as Mutex).held
  },
  (m, t) => m.memory.drained(t),
)

function letGo(m: Machine, t: Thread, mutex: Mutex): void {
  if (mutex.owner !== t) {
    report(
      m,
      t,
      'lock-misuse',
      mutex.name,
      `${t.name} unlocks ${mutex.name}, which ${mutex.owner?.name ?? 'nobody'} holds`,
    )
    return
  }
  mutex.owner = null
  m.memory.release(t, mutex)
}

export const unlock = new Operation('unlock', (m, t) => {
  letGo(m, t, t.x as Mutex)
  t.result = undefined
}).touching((m, t, f) => {
  // A release that waits in the store buffer concerns nobody yet.
  if (!m.memory.buffering) f.write((t.x as Mutex).resource)
})

export const condSleep = new Operation('condWait', (m, t) => {
  ;(t.x as Condition).waiters.push(t)
  letGo(m, t, t.y as Mutex)
  t.result = undefined
}).touching(condition)

function condition(_m: Machine, t: Thread, f: Footprint): void {
  f.write((t.x as Condition).resource)
  f.write((t.y as Mutex).resource)
}

export const condWake = new Operation(
  'condWoken',
  (_m, t) => {
    const condition = t.x as Condition
    condition.woken.splice(condition.woken.indexOf(t), 1)
    ;(t.y as Mutex).take(t)
    join(t.vc, condition.clock)
    t.result = undefined
  },
  (m, t) => (t.x as Condition).woken.includes(t) && !(t.y as Mutex).held && m.memory.drained(t),
  (t) => `a signal on ${(t.x as Condition).name}`,
).touching(condition)

function signal(name: string, all: boolean): Operation {
  return new Operation(
    name,
    (_m, t) => {
      ;(t.x as Condition).signal(t, all)
      t.result = undefined
    },
    (m, t) => m.memory.drained(t),
  ).touching((_m, t, f) => f.write((t.x as Condition).resource))
}

export const condSignal = signal('condSignal', false)
export const condBroadcast = signal('condBroadcast', true)

/**
 * Spinning makes no progress of its own: it is enabled again when another thread has taken a step that is not
 * part of a spin loop, too (else two of them keep a third from running, whatever its priority), or when no
 * other thread can take one. In that case all stores have had their time to arrive, so the thread reads the
 * newest values until another one makes progress, also if it stores something in its loop (C11 7.17.3p16: stores
 * become visible in a reasonable time); the step bound catches one that never ends.
 */
export const cpuRelax = new Operation(
  'cpuRelax',
  (m, t) => {
    if (m.memory.showsOld && t.othersProgress === t.x) t.freshAt = t.x
    t.spinning = true
    t.result = undefined
  },
  (m, t) => t.othersProgress > (t.x as number) || m.onlySpinning,
  () => 'anything to change (it spins)',
  undefined,
  true,
)

export const waitFor = new Operation(
  'waitFor',
  (_m, t) => {
    t.result = undefined
  },
  (_m, t) => (t.x as () => boolean)(),
  (t) => t.y as string,
)
