import { touch } from './access.js'
import { Shared } from './footprint.js'
import type { Machine } from './machine.js'
import { Operation } from './op.js'
import type { Callback, GracePeriod, RcuDomain, RcuHead, Section } from './rcu.js'
import { report } from './reports.js'
import type { Thread } from './thread.js'

const drained = (m: Machine, t: Thread): boolean => m.memory.drained(t)

export const rcuReadLock = new Operation('rcuReadLock', (m, t) => {
  if (t.rcuDepth++ === 0) t.section = m.rcu.begin(t)
  t.result = undefined
}).touching((m, t, f) => {
  if (t.rcuDepth === 0) f.read(m.rcu.starts)
})

export const rcuReadUnlock = new Operation('rcuReadUnlock', (m, t) => {
  t.result = undefined
  if (t.rcuDepth === 0 || t.section === null) {
    report(m, t, 'section-misuse', 'rcu', `${t.name} leaves a read-side section that it is not in`)
    return
  }
  if (--t.rcuDepth > 0) return
  m.memory.release(t, t.section)
  t.section = null
}).touching((m, t, f) => {
  if (t.rcuDepth === 1 && !m.memory.buffering) f.read(m.rcu.ends)
})

export const srcuReadLock = new Operation('srcuReadLock', (_m, t) => {
  t.result = (t.x as RcuDomain).begin(t)
}).touching((_m, t, f) => f.read((t.x as RcuDomain).starts))

export const srcuReadUnlock = new Operation('srcuReadUnlock', (m, t) => {
  const section = t.x as Section
  t.result = undefined
  if (section.left) {
    report(
      m,
      t,
      'section-misuse',
      section.domain.name,
      `${t.name} leaves a section of ${section.domain.name} twice`,
    )
    return
  }
  section.left = true
  m.memory.release(t, section)
}).touching((m, t, f) => {
  // A section that is handed to another thread may be left there, too: then two steps meet on it.
  f.write((t.x as Section).domain.lefts)
  if (!m.memory.buffering) f.read((t.x as Section).domain.ends)
})

/** `synchronize_rcu` begins and ends with a full barrier (util/rcu.c; LKMM: `gp` is a strong fence). */
export const gracePeriodStart = new Operation(
  'gracePeriodStart',
  (m, t) => {
    m.memory.fullFence(t)
    t.gracePeriod = (t.x as RcuDomain).startGracePeriod(t)
    t.result = undefined
  },
  drained,
).touching((m, t, f) => {
  f.write((t.x as RcuDomain).starts)
  f.write((t.x as RcuDomain).ends)
  f.fullFence(m)
})

export const gracePeriodEnd = new Operation(
  'gracePeriodEnd',
  (m, t) => {
    ;(t.x as RcuDomain).endGracePeriod(t, t.gracePeriod as GracePeriod)
    t.gracePeriod = null
    m.memory.fullFence(t)
    t.result = undefined
  },
  (_m, t) => (t.gracePeriod as GracePeriod).waits === 0,
  (t) =>
    `${(t.x as RcuDomain).name} readers: ${readers(t)
      .map((r) => (r === t ? 'itself' : r.name))
      .join(', ')}`,
  readers,
).touching((m, t, f) => {
  f.write((t.x as RcuDomain).ends)
  f.fullFence(m)
})

function readers(t: Thread): Thread[] {
  return (t.x as RcuDomain).waitedFor(t.gracePeriod as GracePeriod)
}

/** The `xchg` on the queue's tail (util/rcu.c: `enqueue`). */
export const callRcuEnqueue = new Operation(
  'callRcu',
  (m, t) => {
    const head = t.x as RcuHead
    touch(m, t, head.owner, head.name)
    head.owner.age = Math.min(head.owner.age + 1, 3)
    m.memory.fullFence(t)
    const func = t.y as { readonly name: string }
    t.result = undefined
    if (m.callbacks.enqueue(t, head, t.callback as Callback, func)) return
    report(
      m,
      t,
      'callback-queued-twice',
      `${head.owner.typeName}.${head.name}`,
      `${t.name} queues ${func.name} on ${head.owner.label}.${head.name}, whose callback has not run yet`,
      'error',
      head.owner.label,
    )
  },
  drained,
).touching((m, t, f) => {
  f.read((t.x as RcuHead).owner.resource)
  f.write(Shared.Queue)
  f.fullFence(m)
})

/** The increment of `rcu_call_count` after it. */
export const callRcuCount = new Operation(
  'callRcuCount',
  (m, t) => {
    m.memory.fullFence(t)
    m.callbacks.count(t, t.x as RcuHead)
    m.wake()
    t.result = undefined
  },
  drained,
).touching((m, _t, f) => {
  f.write(Shared.Queue)
  f.fullFence(m)
})

export const awaitCallbacks = new Operation(
  'awaitCallbacks',
  (m, t) => {
    t.result = m.callbacks.takeBatch(t)
  },
  (m, t) => m.callbacks.counted > 0 && m.memory.drained(t),
  () => 'callbacks',
).touching((_m, _t, f) => f.write(Shared.Queue))

export const dequeueCallback = new Operation('dequeueCallback', (m, t) => {
  const head = m.callbacks.dequeue()
  if (head) touch(m, t, head.owner, head.name)
  t.result = head ? head.callback : null
  t.y = head
}).touching((m, _t, f) => {
  f.write(Shared.Queue)
  const head = m.callbacks.next
  if (head) f.read(head.owner.resource)
})

export const rcuForced = new Operation('rcuForced', (m, t) => {
  t.result = m.rcu.draining > 0 && m.rcu.waitsFor(t)
})
