import type { Event } from './event.js'
import { isInitial, isRead, isWrite, type Execution } from './execution.js'
import type { Model } from './search.js'
import type { Algebra, EventSet, Relation } from './relation.js'

/** What a consistent execution is flagged with. */
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

/**
 * The Linux kernel memory model: tools/memory-model/linux-kernel.{bell,cat} and lock.cat of Linux 6.12, by
 * Alglave, Maranget, McKenney, Parri and Stern ("Frightening small children and disconcerting grown-ups",
 * ASPLOS 2018; plain accesses after explanation.txt). Relations have the names they have there.
 *
 * All axioms only grow with rf and co, so an incomplete execution that violates one cannot be completed.
 */
export class LinuxKernelModel implements Model {
  private readonly a: Algebra
  // Sets.
  private readonly R: EventSet
  private readonly W: EventSet
  private readonly M: EventSet
  private readonly Marked: EventSet
  private readonly Plain: EventSet
  private readonly UL: EventSet
  private readonly LKR: EventSet
  private readonly SrcuUnlock: EventSet
  private readonly AfterUnlockLock: EventSet
  private readonly Rcu: EventSet
  // Relations that no choice of rf and co changes.
  private readonly po: Relation
  private readonly int: Relation
  private readonly ext: Relation
  private readonly rmw: Relation
  private readonly addr: Relation
  private readonly data: Relation
  private readonly ctrl: Relation
  private readonly staticMb: Relation
  private readonly gp: Relation
  private readonly poRel: Relation
  private readonly acqPo: Relation
  private readonly wmb: Relation
  private readonly rmb: Relation
  private readonly rcuRscs: Relation
  private readonly rcuGp: Relation
  private readonly srcuGp: Relation
  private readonly base: number
  private readonly usesLocks: boolean
  private readonly usesRcu: boolean
  private readonly usesSrcu: boolean
  private readonly usesPlain: boolean
  private readonly mayFlag: boolean
  private readonly fixedLoc: Relation | null
  private readonly carries: boolean
  private readonly sequences: boolean

  constructor(private readonly x: Execution) {
    const a = (this.a = x.algebra)
    const M = (this.M = x.where((e) => isRead(e) || isWrite(e)))
    const W = (this.W = x.where(isWrite))
    this.R = x.where(isRead)
    this.UL = x.kind('UL')
    this.LKR = x.kind('LKR')
    const LKW = x.kind('LKW')
    const Acquire = x.where((e) => e.tag === 'acquire' || e.kind === 'LKR')
    const Release = x.where((e) => e.tag === 'release' || e.kind === 'UL')
    const plain = (e: Event): boolean => (e.kind === 'R' || e.kind === 'W') && e.tag === 'plain'
    this.Plain = x.where(plain)
    this.Marked = x.where((e) => !plain(e))
    const RMW = x.where((e) => e.atomic)
    this.SrcuUnlock = x.tagged('srcu-unlock')
    this.AfterUnlockLock = x.tagged('after-unlock-lock')
    const SyncRcu = x.tagged('sync-rcu')
    const SyncSrcu = x.tagged('sync-srcu')
    this.Rcu = x.tagged('rcu-lock', 'rcu-unlock', 'sync-rcu', 'srcu-lock', 'srcu-unlock', 'sync-srcu')

    this.po = x.related((d, e) => !isInitial(d) && d.thread === e.thread && d.id < e.id)
    this.int = x.related((d, e) => d.thread === e.thread && (!isInitial(d) || d === e))
    this.ext = x.related((d, e) => !(d.thread === e.thread && (!isInitial(d) || d === e)))
    this.rmw = x.related((d, e) => e.rmw === d)
    this.addr = x.related((d, e) => e.addr.includes(d) && e.kind !== 'IW')
    this.data = x.related((d, e) => e.data.includes(d))
    this.ctrl = x.related((d, e) => e.ctrl.includes(d))

    const { po } = this
    const poOrId = a.maybe(po)
    const R4rmb = x.where((e) => isRead(e) && e.tag !== 'noreturn')
    this.rmb = a.between(R4rmb, this.fencerel(x.tagged('rmb')), R4rmb)
    this.wmb = a.between(W, this.fencerel(x.tagged('wmb')), W)
    this.poRel = a.between(M, po, Release)
    this.acqPo = a.between(Acquire, po, M)
    this.staticMb = a.or(
      a.between(M, this.fencerel(x.tagged('mb')), M),
      a.to(a.seq(a.to(a.from(M, this.fencerel(x.tagged('before-atomic'))), RMW), poOrId), M),
      a.to(a.seq(a.to(a.from(M, poOrId), RMW), this.fencerel(x.tagged('after-atomic'))), M),
      a.to(a.seq(a.to(a.from(M, poOrId), LKW), this.fencerel(x.tagged('after-spinlock'))), M),
      a.to(
        a.seq(a.to(a.from(M, poOrId), this.SrcuUnlock), this.fencerel(x.tagged('after-srcu-read-unlock'))),
        M,
      ),
    )
    const Sync = x.tagged('sync-rcu', 'sync-srcu')
    this.gp = a.seq(a.to(po, Sync), poOrId)
    this.rcuGp = a.identity(SyncRcu)
    this.srcuGp = a.identity(SyncSrcu)
    this.rcuRscs = this.matchRcu()
    const any = (s: EventSet): boolean => s.some((word) => word !== 0)
    this.usesLocks = any(LKW)
    this.usesRcu = any(Sync)
    this.usesSrcu = any(x.tagged('srcu-lock', 'srcu-unlock'))
    this.usesPlain = any(this.Plain)
    this.fixedLoc = x.fixed ? this.loc() : null
    this.carries = x.events.some((e) => e.kind === 'W' && e.data.length > 0)
    this.sequences = any(RMW)
    this.mayFlag = this.usesPlain || this.usesLocks || this.usesSrcu || any(this.Rcu)
    this.base = a.mark()
  }

  /** `po ; [fence] ; po` */
  private fencerel(fence: EventSet): Relation {
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

  /** Whether the execution, as far as it is decided, satisfies all axioms. */
  consistent(): boolean {
    const { a } = this
    a.release(this.base)
    return this.judge() !== null
  }

  /** The flags of an execution that is decided; null if it is not consistent. */
  examine(): readonly Flag[] | null {
    const { a } = this
    a.release(this.base)
    const j = this.judge()
    return j === null ? null : this.mayFlag ? this.flagged(j) : NO_FLAGS
  }

  private judge(): Judged | null {
    const { a, x, Marked, int, ext } = this
    const rf = x.rf()
    const co = x.co()
    const loc = this.fixedLoc ?? this.loc()
    const poLoc = a.and(this.po, loc)
    const fr = a.seq(a.inverse(rf), co)
    if (!a.acyclic(a.or(poLoc, rf, co, fr))) return null // coherence

    const rfe = a.and(rf, ext)
    const rfi = a.and(rf, int)
    const fre = a.and(fr, ext)
    const coe = a.and(co, ext)
    if (!a.isEmpty(a.and(this.rmw, a.seq(fre, coe)))) return null // atomic

    // Dependencies are carried through plain accesses and memory of the own thread.
    const carryDep = this.carries ? a.star(a.seq(a.minus(this.data, this.toSrcuUnlock()), rfi)) : null
    const carried = (r: Relation): Relation => (carryDep ? a.seq(carryDep, r) : r)
    const [addr, data, ctrl] = [carried(this.addr), carried(this.data), carried(this.ctrl)]

    const none = a.empty()
    const poUnlockLockPo = this.usesLocks
      ? a.seq(a.to(a.seq(a.to(this.po, this.UL), a.or(this.po, rf)), this.LKR), this.po)
      : none
    const mb = this.usesLocks
      ? a.or(
          this.staticMb,
          a.between(this.M, a.seq(a.to(poUnlockLockPo, this.AfterUnlockLock), this.po), this.M),
        )
      : this.staticMb
    const strongFence = a.or(mb, this.gp)
    const nonrwFence = a.or(strongFence, this.poRel, this.acqPo)
    const fence = a.or(nonrwFence, this.wmb, this.rmb)

    // Preserved program order.
    const dep = a.or(addr, data)
    const rwdep = a.to(a.or(dep, ctrl), this.W)
    const overwrite = a.or(co, fr)
    const toW = a.or(rwdep, a.and(overwrite, int), a.seq(a.to(addr, this.Plain), this.wmb))
    const toR = a.or(a.to(addr, this.R), a.seq(a.to(dep, Marked), rfi))
    const ppo = a.or(toR, toW, a.and(fence, int), a.and(poUnlockLockPo, int))

    // Propagation.
    const aCumul = a.seq(a.maybe(a.to(rfe, Marked)), a.or(strongFence, this.poRel))
    const rmwSequence = this.sequences ? a.star(a.seq(rf, this.rmw)) : a.maybe(a.empty())
    const cumulFence = a.seq(a.between(Marked, a.or(aCumul, this.wmb, poUnlockLockPo), Marked), rmwSequence)
    const cumulFences = a.star(cumulFence)
    const prop = a.to(
      a.seq(a.to(a.seq(a.from(Marked, a.maybe(a.and(overwrite, ext))), cumulFences), Marked), a.maybe(rfe)),
      Marked,
    )

    // Happens before.
    const propInt = this.withoutIdentity(a.and(prop, int))
    const hb = a.between(Marked, a.or(ppo, rfe, propInt), Marked)
    if (!a.acyclic(hb)) return null // happens-before
    const hbs = a.star(hb)

    const pb = a.to(a.seq(prop, strongFence, hbs), Marked)
    if (!a.acyclic(pb)) return null // propagation

    const srcuRscs = this.usesSrcu ? this.matchSrcu(loc, rf) : none
    let rcuFence = none
    let rb = none
    const pbs = a.star(pb)
    if (this.usesRcu) {
      const rcuOrder = this.rcuOrder(loc, a.seq(hbs, pbs, prop, this.po), srcuRscs)
      rcuFence = a.seq(this.po, rcuOrder, a.maybe(this.po))
      rb = a.to(a.seq(prop, rcuFence, hbs, pbs), Marked)
      if (!a.irreflexive(rb)) return null // rcu
    }
    const judged: Judged = {
      ...{ rf, co, fr, rfe, loc, poLoc, srcuRscs },
      ...{ addr, hb, pb, rb, cumulFences, rmwSequence },
      ...{ strongFence: a.or(strongFence, rcuFence), nonrwFence, fence: a.or(fence, rcuFence) },
    }
    if (this.usesPlain && !this.plainCoherent(judged)) return null
    return judged
  }

  private loc(): Relation {
    const { location } = this.x
    return this.a.relation((d, e) => (location[d] as number) >= 0 && location[d] === location[e])
  }

  private toSrcuUnlock(): Relation {
    return this.a.to(this.data, this.SrcuUnlock)
  }

  private withoutIdentity(r: Relation): Relation {
    const { a } = this
    return a.minus(r, a.maybe(a.empty()))
  }

  /** `srcu_read_unlock` belongs to the `srcu_read_lock` whose value it is given. */
  private matchSrcu(loc: Relation, rf: Relation): Relation {
    const { a, x } = this
    const carry = a.star(a.seq(a.minus(this.data, this.toSrcuUnlock()), rf))
    const lock = x.tagged('srcu-lock')
    return a.and(a.to(a.seq(a.from(lock, carry), this.data), this.SrcuUnlock), loc)
  }

  /** Sequences with at least as many grace periods as read-side sections, linked by `rcu-link`. */
  private rcuOrder(loc: Relation, link: Relation, srcuRscs: Relation): Relation {
    const { a, rcuGp, srcuGp } = this
    const poOrId = a.maybe(this.po)
    const L = a.to(a.seq(a.from(this.Rcu, poOrId), link), this.Rcu)
    const rscsi = a.inverse(this.rcuRscs)
    const srcuRscsi = a.inverse(srcuRscs)
    const gps = a.or(rcuGp, srcuGp)
    let order = gps
    for (;;) {
      const X = a.or(L, a.seq(L, order, L))
      const next = a.or(
        gps,
        a.seq(rcuGp, X, rscsi),
        a.seq(rscsi, X, rcuGp),
        a.and(a.or(a.seq(srcuGp, X, srcuRscsi), a.seq(srcuRscsi, X, srcuGp)), loc),
        a.seq(order, L, order),
        order,
      )
      if (a.equal(next, order)) return order
      order = next
    }
  }

  private plainVisibility(j: Judged): PlainVisibility {
    const { a, Marked, int } = this
    const xbstar = a.star(a.or(j.hb, j.pb, j.rb))
    const vis = a.seq(
      a.to(a.seq(j.cumulFences, a.maybe(j.rfe)), Marked),
      a.or(a.seq(a.to(j.strongFence, Marked), xbstar), a.and(xbstar, int)),
    )
    const R4rmb = this.x.where((e) => isRead(e) && e.tag !== 'noreturn')
    const notNoreturn = this.x.where((e) => e.tag !== 'noreturn')
    const rmbs = this.fencerel(this.x.tagged('rmb'))
    const wPre = a.from(Marked, a.maybe(a.or(j.addr, j.fence)))
    const rPre = a.from(Marked, a.maybe(a.or(j.addr, j.nonrwFence, a.between(R4rmb, rmbs, notNoreturn))))
    const wPost = a.seq(a.to(a.maybe(j.fence), Marked), j.rmwSequence)
    const rPost = a.to(a.maybe(a.or(j.nonrwFence, a.between(notNoreturn, rmbs, R4rmb))), Marked)
    const strong = a.seq(j.strongFence, xbstar)
    const visible = a.seq(wPost, vis)
    return {
      wwVis: a.or(j.fence, a.seq(strong, wPre), a.seq(visible, wPre)),
      wrVis: a.or(j.fence, a.seq(strong, rPre), a.seq(visible, rPre)),
      rwXbstar: a.or(j.fence, a.seq(rPost, xbstar, wPre)),
    }
  }

  /** Accesses of different threads to anything, one of them plain. */
  private preRace(): Relation {
    const { a, x } = this
    const plain = (e: Event): boolean => (e.kind === 'R' || e.kind === 'W') && e.tag === 'plain'
    const memory = (e: Event): boolean => isRead(e) || isWrite(e)
    return a.and(
      this.ext,
      x.related((d, e) => (plain(d) && memory(e)) || (memory(d) && !isInitial(d) && plain(e))),
    )
  }

  private plainCoherent(j: Judged): boolean {
    const { a } = this
    const { wwVis, wrVis, rwXbstar } = this.plainVisibility(j)
    const pre = this.preRace()
    return (
      a.isEmpty(a.and(a.and(pre, j.rf), a.inverse(rwXbstar))) &&
      a.isEmpty(a.and(a.and(pre, j.fr), a.inverse(wrVis))) &&
      a.isEmpty(a.and(a.and(pre, j.co), a.inverse(wwVis)))
    )
  }

  private races(j: Judged): boolean {
    const { a, Marked, W } = this
    const { wwVis, wrVis, rwXbstar } = this.plainVisibility(j)
    const pre = this.preRace()
    const marked = (s: EventSet): Relation => a.relation((d) => has(s, d))
    const markedFirst = a.to(marked(Marked), W)
    const markedSecond = a.inverse(markedFirst)
    const wwNonrace = a.and(a.and(wwVis, a.or(markedFirst, rwXbstar)), a.or(markedSecond, wrVis))
    const ww = a.minus(a.and(pre, j.co), wwNonrace)
    const wr = a.minus(a.minus(a.and(pre, a.seq(a.maybe(j.co), j.rf)), wrVis), a.inverse(rwXbstar))
    const rw = a.minus(a.and(pre, j.fr), rwXbstar)
    return !a.isEmpty(ww) || !a.isEmpty(wr) || !a.isEmpty(rw)
  }

  private flagged(j: Judged): Flag[] {
    const { a, x } = this
    const flags: Flag[] = []
    const flag = (when: boolean, name: Flag): void => {
      if (when) flags.push(name)
    }
    const outside = (s: EventSet, r: Relation, second: boolean): boolean =>
      x.events.some((e) => {
        if (!has(s, e.id)) return false
        let inside = false
        if (second) inside = x.events.some((d) => a.has(r, d.id, e.id))
        else a.each(r, e.id, () => (inside = true))
        return !inside
      })
    flag(outside(x.tagged('rcu-lock'), this.rcuRscs, false), 'unmatched-rcu-lock')
    flag(outside(x.tagged('rcu-unlock'), this.rcuRscs, true), 'unmatched-rcu-unlock')
    flag(outside(x.tagged('srcu-lock'), j.srcuRscs, false), 'unmatched-srcu-lock')
    flag(outside(x.tagged('srcu-unlock'), j.srcuRscs, true), 'unmatched-srcu-unlock')
    const twice = this.withoutIdentity(a.seq(a.inverse(j.srcuRscs), j.srcuRscs))
    flag(!a.isEmpty(twice), 'multiple-srcu-matches')
    const differ = x.events.some((d) =>
      x.events.some((e) => a.has(j.srcuRscs, d.id, e.id) && x.values[d.id] !== x.values[e.id]),
    )
    flag(differ, 'srcu-bad-value-match')
    const aroundSync = a.seq(a.to(this.po, x.tagged('sync-srcu')), this.po)
    flag(!a.isEmpty(a.and(this.rcuRscs, aroundSync)), 'invalid-sleep')
    const locks = x.where(
      (e) => ['LKR', 'LKW', 'UL', 'LF', 'RL', 'RU', 'SRCU'].includes(e.kind) || e.tag.startsWith('srcu-'),
    )
    const ordinary = x.where((e) => (isRead(e) || isWrite(e)) && !isInitial(e) && !has(locks, e.id))
    flag(!a.isEmpty(a.between(ordinary, j.loc, locks)), 'mixed-lock-accesses')
    if (this.usesPlain) {
      const plainWrites = x.where((e) => e.kind === 'W' && e.tag === 'plain')
      const free = a.minus(j.poLoc, this.barrier())
      const mixed = a.or(a.between(plainWrites, free, this.Marked), a.between(this.Marked, free, plainWrites))
      flag(!a.isEmpty(mixed), 'mixed-accesses')
      flag(this.races(j), 'data-race')
    }
    return flags
  }

  private barrier(): Relation {
    const { a, x, po } = this
    const fences = x.where(
      (e) =>
        (e.kind === 'F' &&
          !['after-spinlock', 'after-unlock-lock', 'after-srcu-read-unlock'].includes(e.tag)) ||
        ['acquire', 'release', 'srcu-lock', 'srcu-unlock', 'sync-srcu'].includes(e.tag) ||
        e.kind === 'LKR' ||
        e.kind === 'UL',
    )
    const Release = x.where((e) => e.tag === 'release' || e.kind === 'UL')
    const Acquire = x.where((e) => e.tag === 'acquire' || e.kind === 'LKR')
    return a.or(this.fencerel(fences), a.to(po, Release), a.from(Acquire, po))
  }
}

/** What the axioms were computed from, as far as flags need it. */
interface Judged {
  readonly rf: Relation
  readonly co: Relation
  readonly fr: Relation
  readonly rfe: Relation
  readonly loc: Relation
  readonly poLoc: Relation
  readonly srcuRscs: Relation
  readonly addr: Relation
  readonly hb: Relation
  readonly pb: Relation
  readonly rb: Relation
  readonly cumulFences: Relation
  readonly rmwSequence: Relation
  readonly strongFence: Relation
  readonly nonrwFence: Relation
  readonly fence: Relation
}

interface PlainVisibility {
  readonly wwVis: Relation
  readonly wrVis: Relation
  readonly rwXbstar: Relation
}

const NO_FLAGS: readonly Flag[] = []

const has = (s: EventSet, i: number): boolean => (((s[i >>> 5] as number) >>> (i & 31)) & 1) === 1
