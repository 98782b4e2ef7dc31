import type { Cell } from './cell.js'
import type { Machine } from './machine.js'
import type { Struct } from './struct.js'
import type { Thread } from './thread.js'
import type { Severity, Site, ViolationKind } from './violations.js'

/** The access a thread is about to make, or has just made. */
export function siteOf(m: Machine, t: Thread, what: string): Site {
  return {
    thread: t.name,
    role: t.role,
    access: `${t.operation?.name ?? 'run'} ${what}`.trim(),
    step: m.step,
  }
}

/** `kind:object type.field:role:role`: the same race gets the same signature whoever runs it, and when. */
export function signature(kind: ViolationKind, where: string, roles: readonly string[]): string {
  return [kind, where, ...roles].filter((s) => s !== '').join(':')
}

/**
 * The accessed object is not live. Ends the execution: what the program reads from now on is nobody's.
 */
export function reportUseAfterFree(m: Machine, t: Thread, s: Struct, what: string): void {
  const by = m.threads[s.freedBy]
  const freedBy = by ? by.role : 'nobody'
  const never = s.freedBy < 0
  m.violate({
    kind: 'use-after-free',
    severity: 'error',
    signature: signature('use-after-free', `${s.typeName}.${what}`, [t.role, freedBy]),
    message: never
      ? `${t.name} uses ${s.label}.${what}, which is not allocated`
      : `${t.name} uses ${s.label}.${what} after ${by?.name ?? 'someone'} freed ${s.label}`,
    object: s.label,
    sites: [
      ...(by ? [{ thread: by.name, role: by.role, access: `free ${s.label}`, step: s.freedAt }] : []),
      siteOf(m, t, `${s.label}.${what}`),
    ],
    concrete: true,
  })
  m.stop()
}

/** A booked access of `u` does not happen-before this free: another order of the same steps uses freed memory. */
export function reportUnorderedFree(m: Machine, t: Thread, s: Struct, u: Thread): void {
  const what = s.lastWhat[u.id] ?? ''
  m.violate({
    kind: 'use-after-free',
    severity: 'error',
    signature: signature('use-after-free', `${s.typeName}.${what}`, [u.role, t.role]),
    message: `${t.name} frees ${s.label} although nothing orders ${u.name}'s use of ${s.label}.${what} before it`,
    object: s.label,
    sites: [
      { thread: u.name, role: u.role, access: `use ${s.label}.${what}`, step: s.lastStep[u.id] ?? -1 },
      siteOf(m, t, s.label),
    ],
    concrete: false,
  })
}

export function reportDataRace(
  m: Machine,
  t: Thread,
  cell: Cell<unknown>,
  write: boolean,
  other: Thread,
  otherWrote: boolean,
): void {
  const [first, second] = [otherWrote ? 'write' : 'read', write ? 'write' : 'read']
  m.violate({
    kind: 'data-race',
    severity: 'error',
    signature: signature(
      'data-race',
      `${cell.owner.typeName}.${cell.name}`,
      [`${other.role} ${first}`, `${t.role} ${second}`].sort(),
    ),
    message: `${t.name}'s ${second} of ${cell.label} races with ${other.name}'s ${first}: one is plain, and nothing orders them`,
    object: cell.owner.label,
    sites: [
      {
        thread: other.name,
        role: other.role,
        access: `${first} ${cell.label}`,
        step: cell.owner.lastWhat[other.id] === cell.name ? (cell.owner.lastStep[other.id] ?? -1) : -1,
      },
      siteOf(m, t, cell.label),
    ],
    concrete: true,
  })
}

/** A violation at the thread's current step. */
export function report(
  m: Machine,
  t: Thread,
  kind: ViolationKind,
  where: string,
  message: string,
  severity: Severity = 'error',
  object = '',
): void {
  m.violate({
    kind,
    severity,
    signature: signature(kind, where, [t.role]),
    message,
    object,
    sites: [siteOf(m, t, object)],
    concrete: true,
  })
}
