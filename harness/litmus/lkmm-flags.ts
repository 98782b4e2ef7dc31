import { isInitial, isRead, isWrite } from './execution.js'
import { races } from './lkmm-plain.js'
import type { Judged } from './lkmm.js'
import { isPlain, type StaticRelations } from './lkmm-static.js'
import type { EventSet, Relation } from './relation.js'

/** What a consistent execution is flagged with: the `flag` lines of linux-kernel.{bell,cat} and lock.cat. */
export type Flag =
  | 'data-race'
  | 'mixed-accesses'
  | 'mixed-lock-accesses'
  | 'unmatched-rcu-lock'
  | 'unmatched-rcu-unlock'
  | 'unmatched-srcu-lock'
  | 'unmatched-srcu-unlock'
  | 'multiple-srcu-matches'
  | 'invalid-sleep'
  | 'srcu-bad-value-match'
  | 'unmatched-unlock'

export function flagsOf(s: StaticRelations, j: Judged): readonly Flag[] {
  const flags: Flag[] = []
  if (s.usesPlain) plainFlags(s, j, flags)
  if (s.usesSrcu) srcuFlags(s, j, flags)
  if (s.usesLocks || s.usesSrcu) lockFlags(s, j, flags)
  const { x } = s
  if (unmatched(s, x.tagged('rcu-lock'), s.rcuRscs)) flags.push('unmatched-rcu-lock')
  if (unmatched(s, x.tagged('rcu-unlock'), s.a.inverse(s.rcuRscs))) flags.push('unmatched-rcu-unlock')
  return flags
}

/** Whether the relation leads nowhere from some member of the set. */
function unmatched({ a, x }: StaticRelations, set: EventSet, r: Relation): boolean {
  const left = a.identity(set)
  for (const { id } of x.events) a.each(r, id, () => left.fill(0, id * a.w, (id + 1) * a.w))
  return !a.isEmpty(left)
}

function plainFlags(s: StaticRelations, j: Judged, flags: Flag[]): void {
  const { a, x, Marked } = s
  const plainWrites = x.where((e) => e.kind === 'W' && isPlain(e))
  const free = a.minus(j.poLoc, barrier(s))
  const mixed = a.or(a.between(plainWrites, free, Marked), a.between(Marked, free, plainWrites))
  if (!a.isEmpty(mixed)) flags.push('mixed-accesses')
  if (j.plain && races(s, j, j.plain)) flags.push('data-race')
}

function srcuFlags(s: StaticRelations, j: Judged, flags: Flag[]): void {
  const { a, x } = s
  const back = a.inverse(j.srcuRscs)
  if (unmatched(s, s.SrcuLock, j.srcuRscs)) flags.push('unmatched-srcu-lock')
  if (unmatched(s, s.SrcuUnlock, back)) flags.push('unmatched-srcu-unlock')
  if (!a.isEmpty(a.minus(a.seq(back, j.srcuRscs), a.maybe(a.empty())))) flags.push('multiple-srcu-matches')
  const aroundSync = a.seq(a.to(s.po, x.tagged('sync-srcu')), s.po)
  if (!a.isEmpty(a.and(s.rcuRscs, aroundSync))) flags.push('invalid-sleep')
  let differ = false
  for (const { id } of x.events) a.each(j.srcuRscs, id, (e) => (differ ||= x.values[id] !== x.values[e]))
  if (differ) flags.push('srcu-bad-value-match')
}

function lockFlags(s: StaticRelations, j: Judged, flags: Flag[]): void {
  const { a, x } = s
  const LOCKS = ['LKR', 'LKW', 'UL', 'LF', 'RL', 'RU', 'SRCU']
  const isLock = (e: (typeof x.events)[number]): boolean =>
    LOCKS.includes(e.kind) || e.tag === 'srcu-lock' || e.tag === 'srcu-unlock'
  const ordinary = x.where((e) => (isRead(e) || isWrite(e)) && !isInitial(e) && !isLock(e))
  if (!a.isEmpty(a.between(ordinary, j.loc, x.where(isLock)))) flags.push('mixed-lock-accesses')
  const LKW = x.kind('LKW')
  const between = a.seq(a.to(j.poLoc, x.kind('LKW', 'UL')), j.poLoc)
  const critical = a.minus(a.between(LKW, j.poLoc, s.UL), between)
  if (unmatched(s, s.UL, a.inverse(critical))) flags.push('unmatched-unlock')
}

/** Where the compiler moves no access across. */
function barrier({ a, x, po, Acquire, Release }: StaticRelations): Relation {
  const none = ['after-spinlock', 'after-unlock-lock', 'after-srcu-read-unlock']
  const fences = x.where(
    (e) => (e.kind === 'F' && !none.includes(e.tag)) || e.kind === 'SRCU' || e.tag.startsWith('srcu-'),
  )
  const ordered = a.seq(a.to(po, fences), po)
  return a.or(ordered, a.to(po, Release), a.from(Acquire, po))
}
