import type { Machine } from './machine.js'
import { signature } from './reports.js'
import type { Condition } from './sync.js'
import type { Thread } from './thread.js'
import type { Violation, ViolationKind } from './violations.js'

/**
 * Judges an execution in which nobody can take a step any more: all threads must have finished, all callbacks
 * run, all sections be left, and what is alive be reachable.
 */
export function finish(m: Machine): void {
  if (!m.threads.every((t) => t.finished || isAsleep(t))) return deadlock(m)
  for (const d of m.domains)
    d.forOpen((s) => {
      // A thread that ends inside a section of the global domain was reported there and then.
      if (d !== m.rcu)
        whole(m, 'section-misuse', d.name, `${s.thread.name} never leaves its section of ${d.name}`)
    })
  m.callbacks.forLost(({ owner, name }) =>
    whole(
      m,
      'lost-callback',
      `${owner.typeName}.${name}`,
      `a callback queued on ${owner.label}.${name} never runs`,
      owner.label,
    ),
  )
  for (const f of m.atEnds) f(m)
  for (const s of m.reachability.leaked())
    whole(m, 'leak', s.typeName, `${s.label} is never freed, and nothing reaches it any more`, s.label)
}

/** The step bound is reached. */
export function livelock(m: Machine): void {
  const running = m.threads.filter((t) => !t.finished && !t.daemon)
  const roles = running.map((t) => t.role).sort()
  whole(
    m,
    'livelock',
    roles.join(','),
    `still running after ${m.maxSteps} steps: ${running.map((t) => t.name).join(', ')}`,
  )
}

/** The call_rcu thread may wait for callbacks for ever. */
const isAsleep = (t: Thread): boolean => t.daemon && t.operation?.name === 'awaitCallbacks'

function deadlock(m: Machine): void {
  const stuck = m.threads.filter((t) => !t.finished && !isAsleep(t))
  const lost = stuck.some((t) => t.operation?.name === 'condWoken' && (t.x as Condition).missed)
  const kind = lost ? 'lost-wakeup' : 'deadlock'
  const core = waitingCycle(stuck) ?? unexplained(stuck)
  const roles = new Set(core.map((t) => `${t.role} ${t.operation?.name ?? ''}`))
  const site = (t: Thread): Violation['sites'][number] => ({
    thread: t.name,
    role: t.role,
    access: t.operation?.name ?? '',
    step: m.step - 1,
  })
  m.violate({
    kind,
    severity: 'error',
    signature: signature(kind, '', [...roles].sort()),
    message: core.map((t) => `${t.name} waits for ${t.operation?.awaits(t) ?? ''}`).join('; '),
    object: '',
    sites: core.map(site),
    concrete: true,
  })
}

/**
 * Without a circle: the threads that wait for something nobody is known to hold, and the grace periods that wait
 * for them (that may be what they wait for). Others who wait for one of them are only victims, and so is who waits
 * for an event outside of the program, as long as there is another to blame.
 */
function unexplained(stuck: readonly Thread[]): readonly Thread[] {
  const waitsFor = (t: Thread, others: readonly Thread[]): boolean =>
    t.operation?.blockers(t).some((u) => others.includes(u)) ?? false
  const roots = stuck.filter((t) => !waitsFor(t, stuck))
  const inside = roots.filter((t) => t.operation?.name !== 'waitFor')
  const core = inside.length > 0 ? inside : roots
  return stuck.filter(
    (t) => core.includes(t) || (t.operation?.name === 'gracePeriodEnd' && waitsFor(t, core)),
  )
}

/** Threads that wait for each other in a circle, if there are: the core of a deadlock. */
function waitingCycle(stuck: readonly Thread[]): Thread[] | null {
  for (const start of stuck) {
    const path: Thread[] = []
    let t: Thread | undefined = start
    while (t && !path.includes(t)) {
      path.push(t)
      t = t.operation?.blockers(t).find((u) => stuck.includes(u))
    }
    if (t) return path.slice(path.indexOf(t))
  }
  return null
}

/** A violation of the execution as a whole: no step of it is to blame. */
function whole(m: Machine, kind: ViolationKind, where: string, message: string, object = ''): void {
  m.violate({
    kind,
    severity: 'error',
    signature: signature(kind, where, []),
    message,
    object,
    sites: [],
    concrete: true,
  })
}
