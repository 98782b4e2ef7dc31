import type { Event, Tag } from './event.js'
import { isInitial, isRead, isWrite, type Execution } from './execution.js'
import type { Algebra, EventSet, Relation } from './relation.js'

/**
 * Sets and relations of linux-kernel.bell and linux-kernel.cat that no choice of rf and co changes: computed once
 * for a combination of paths. Names are those of the files.
 */
export class StaticRelations {
  readonly a: Algebra
  readonly R: EventSet
  readonly W: EventSet
  readonly M: EventSet
  readonly Marked: EventSet
  readonly Plain: EventSet
  readonly Acquire: EventSet
  readonly Release: EventSet
  readonly UL: EventSet
  readonly LKR: EventSet
  readonly SrcuLock: EventSet
  readonly SrcuUnlock: EventSet
  readonly AfterUnlockLock: EventSet
  /** Where `rcu-link` starts and ends. */
  readonly Rcu: EventSet

  readonly po: Relation
  readonly int: Relation
  readonly ext: Relation
  readonly rmw: Relation
  readonly addr: Relation
  readonly data: Relation
  readonly ctrl: Relation
  /** `mb`, but for what hangs on locks being handed over. */
  readonly mb: Relation
  readonly gp: Relation
  readonly poRel: Relation
  readonly acqPo: Relation
  readonly wmb: Relation
  readonly rmb: Relation
  readonly rcuRscs: Relation
  readonly rcuGp: Relation
  readonly srcuGp: Relation
  /** Reads and writes on either side of an smp_rmb() that bounds plain accesses. */
  readonly beforeRmb: Relation
  readonly afterRmb: Relation
  readonly preRace: Relation

  readonly usesLocks: boolean
  readonly usesGracePeriods: boolean
  readonly usesSrcu: boolean
  readonly usesPlain: boolean
  readonly usesAtomics: boolean
  /** Some write stores what hangs on a read: dependencies may be carried through it. */
  readonly carries: boolean

  constructor(readonly x: Execution) {
    const a = (this.a = x.algebra)
    const M = (this.M = x.where((e) => isRead(e) || isWrite(e)))
    this.R = x.where(isRead)
    const W = (this.W = x.where(isWrite))
    this.UL = x.kind('UL')
    this.LKR = x.kind('LKR')
    const LKW = x.kind('LKW')
    this.Acquire = x.where((e) => e.tag === 'acquire' || e.kind === 'LKR')
    this.Release = x.where((e) => e.tag === 'release' || e.kind === 'UL')
    this.Plain = x.where(isPlain)
    this.Marked = x.where((e) => !isPlain(e))
    const RMW = x.where((e) => e.atomic)
    this.SrcuLock = x.tagged('srcu-lock')
    this.SrcuUnlock = x.tagged('srcu-unlock')
    this.AfterUnlockLock = x.tagged('after-unlock-lock')
    const Sync = x.tagged('sync-rcu', 'sync-srcu')
    this.Rcu = x.tagged('rcu-lock', 'rcu-unlock', 'sync-rcu', 'srcu-lock', 'srcu-unlock', 'sync-srcu')

    const po = (this.po = x.related((d, e) => !isInitial(d) && d.thread === e.thread && d.id < e.id))
    const sameThread = (d: Event, e: Event): boolean => d.thread === e.thread && (!isInitial(d) || d === e)
    this.int = x.related(sameThread)
    this.ext = x.related((d, e) => !sameThread(d, e))
    this.rmw = x.related((d, e) => e.rmw === d)
    this.addr = x.related((d, e) => e.addr.includes(d))
    this.data = x.related((d, e) => e.data.includes(d))
    this.ctrl = x.related((d, e) => e.ctrl.includes(d))

    const orPo = a.maybe(po)
    const after = (set: EventSet, fence: Tag): Relation =>
      a.to(a.seq(a.to(a.from(M, orPo), set), this.fencerel(x.tagged(fence))), M)
    const R4rmb = x.where((e) => isRead(e) && e.tag !== 'noreturn')
    const notNoreturn = x.where((e) => e.tag !== 'noreturn')
    const rmbs = this.fencerel(x.tagged('rmb'))
    this.rmb = a.between(R4rmb, rmbs, R4rmb)
    this.beforeRmb = a.between(notNoreturn, rmbs, R4rmb)
    this.afterRmb = a.between(R4rmb, rmbs, notNoreturn)
    this.wmb = a.between(W, this.fencerel(x.tagged('wmb')), W)
    this.poRel = a.between(M, po, this.Release)
    this.acqPo = a.between(this.Acquire, po, M)
    this.mb = a.or(
      a.between(M, this.fencerel(x.tagged('mb')), M),
      a.to(a.seq(a.between(M, this.fencerel(x.tagged('before-atomic')), RMW), orPo), M),
      after(RMW, 'after-atomic'),
      after(LKW, 'after-spinlock'),
      after(this.SrcuUnlock, 'after-srcu-read-unlock'),
    )
    this.gp = a.seq(a.to(po, Sync), orPo)
    this.rcuGp = a.identity(x.tagged('sync-rcu'))
    this.srcuGp = a.identity(x.tagged('sync-srcu'))
    this.rcuRscs = this.matchRcu()
    const memory = (e: Event): boolean => isRead(e) || isWrite(e)
    this.preRace = a.and(
      this.ext,
      x.related((d, e) => (isPlain(d) && memory(e)) || (memory(d) && !isInitial(d) && isPlain(e))),
    )

    const any = (s: EventSet): boolean => s.some((word) => word !== 0)
    this.usesLocks = any(LKW)
    this.usesGracePeriods = any(Sync)
    this.usesSrcu = any(this.SrcuLock) || any(this.SrcuUnlock)
    this.usesPlain = any(this.Plain)
    this.usesAtomics = any(RMW)
    this.carries = x.events.some((e) => e.kind === 'W' && e.data.length > 0)
  }

  /** `po ; [fence] ; po` */
  fencerel(fence: EventSet): Relation {
    return this.a.seq(this.a.to(this.po, fence), this.po)
  }

  /** Read-side sections nest: an unlock belongs to the last open lock before it. */
  private matchRcu(): Relation {
    const r = this.a.empty()
    const open = new Map<number, number[]>()
    for (const e of this.x.events) {
      const stack = open.get(e.thread) ?? []
      open.set(e.thread, stack)
      if (e.tag === 'rcu-lock') stack.push(e.id)
      else if (e.tag === 'rcu-unlock') {
        const lock = stack.pop()
        if (lock !== undefined) this.a.add(r, lock, e.id)
      }
    }
    return r
  }
}

export const isPlain = (e: Event): boolean => (e.kind === 'R' || e.kind === 'W') && e.tag === 'plain'
