import type { Execution } from './execution.js'
import { flagsOf, type Flag } from './lkmm-flags.js'
import { plainCoherent, plainVisibility, type PlainVisibility } from './lkmm-plain.js'
import { StaticRelations } from './lkmm-static.js'
import type { Model } from './search.js'
import type { Algebra, Relation } from './relation.js'

/** What the axioms were computed from, as far as plain accesses and flags need it. */
export interface Judged {
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
  /** null: there are no plain accesses. */
  readonly plain: PlainVisibility | null
}

/**
 * The Linux kernel memory model: tools/memory-model/linux-kernel.{bell,cat} and lock.cat of Linux 6.12, by
 * Alglave, Maranget, McKenney, Parri and Stern ("Frightening small children and disconcerting grown-ups",
 * ASPLOS 2018; plain accesses after explanation.txt). Relations have the names they have there.
 *
 * All axioms only grow with rf and co, so an incomplete execution that violates one cannot be completed.
 */
export class LinuxKernelModel implements Model {
  private readonly a: Algebra
  private readonly s: StaticRelations
  private readonly fixedLoc: Relation | null
  private readonly none: Relation
  private readonly identity: Relation
  private readonly base: number

  constructor(private readonly x: Execution) {
    const a = (this.a = x.algebra)
    this.s = new StaticRelations(x)
    this.none = a.empty()
    this.identity = a.maybe(this.none)
    this.fixedLoc = x.fixed ? this.loc() : null
    this.base = a.mark()
  }

  consistent(): boolean {
    this.a.release(this.base)
    return this.judge() !== null
  }

  examine(): readonly Flag[] | null {
    this.a.release(this.base)
    const judged = this.judge()
    return judged === null ? null : flagsOf(this.s, judged)
  }

  /** null if an axiom is violated. */
  private judge(): Judged | null {
    const { a, x, s } = this
    const { Marked, int, ext } = s
    const rf = x.rf()
    const co = x.co()
    const loc = this.fixedLoc ?? this.loc()
    const poLoc = a.and(s.po, loc)
    const fr = a.seq(a.inverse(rf), co)
    if (!a.acyclic(a.or(poLoc, rf, co, fr))) return null // coherence

    const rfe = a.and(rf, ext)
    const rfi = a.and(rf, int)
    const fre = a.and(fr, ext)
    const coe = a.and(co, ext)
    if (!a.isEmpty(a.and(s.rmw, a.seq(fre, coe)))) return null // atomic

    const poUnlockLockPo = s.usesLocks
      ? a.seq(a.to(a.seq(a.to(s.po, s.UL), a.or(s.po, rf)), s.LKR), s.po)
      : this.none
    const mb = s.usesLocks
      ? a.or(s.mb, a.between(s.M, a.seq(a.to(poUnlockLockPo, s.AfterUnlockLock), s.po), s.M))
      : s.mb
    const strongFence = a.or(mb, s.gp)
    const nonrwFence = a.or(strongFence, s.poRel, s.acqPo)
    const fence = a.or(nonrwFence, s.wmb, s.rmb)

    // Preserved program order. Dependencies are carried through memory of the own thread.
    const carryDep = s.carries ? a.star(a.seq(this.dataButToSrcuUnlock(), rfi)) : null
    const carried = (r: Relation): Relation => (carryDep ? a.seq(carryDep, r) : r)
    const [addr, data, ctrl] = [carried(s.addr), carried(s.data), carried(s.ctrl)]
    const dep = a.or(addr, data)
    const rwdep = a.to(a.or(dep, ctrl), s.W)
    const overwrite = a.or(co, fr)
    const toW = a.or(rwdep, a.and(overwrite, int), a.seq(a.to(addr, s.Plain), s.wmb))
    const toR = a.or(a.to(addr, s.R), a.seq(a.to(dep, Marked), rfi))
    const ppo = a.or(toR, toW, a.and(fence, int), a.and(poUnlockLockPo, int))

    // Propagation.
    const aCumul = a.seq(a.maybe(a.to(rfe, Marked)), a.or(strongFence, s.poRel))
    const rmwSequence = s.usesAtomics ? a.star(a.seq(rf, s.rmw)) : this.identity
    const cumulFence = a.seq(a.between(Marked, a.or(aCumul, s.wmb, poUnlockLockPo), Marked), rmwSequence)
    const cumulFences = a.star(cumulFence)
    const overwriteExt = a.from(Marked, a.maybe(a.and(overwrite, ext)))
    const prop = a.to(a.seq(a.to(a.seq(overwriteExt, cumulFences), Marked), a.maybe(rfe)), Marked)

    const propInt = a.minus(a.and(prop, int), this.identity)
    const hb = a.between(Marked, a.or(ppo, rfe, propInt), Marked)
    if (!a.acyclic(hb)) return null // happens-before
    const hbs = a.star(hb)

    const pb = a.to(a.seq(prop, strongFence, hbs), Marked)
    if (!a.acyclic(pb)) return null // propagation

    const srcuRscs = s.usesSrcu ? this.matchSrcu(loc, rf) : this.none
    let rcuFence = this.none
    let rb = this.none
    if (s.usesGracePeriods) {
      const pbs = a.star(pb)
      const rcuOrder = this.rcuOrder(loc, a.seq(hbs, pbs, prop, s.po), srcuRscs)
      rcuFence = a.seq(s.po, rcuOrder, a.maybe(s.po))
      rb = a.to(a.seq(prop, rcuFence, hbs, pbs), Marked)
      if (!a.irreflexive(rb)) return null // rcu
    }

    const judged: Judged = {
      ...{ rf, co, fr, rfe, loc, poLoc, srcuRscs, addr, hb, pb, rb, cumulFences, rmwSequence, nonrwFence },
      ...{ strongFence: a.or(strongFence, rcuFence), fence: a.or(fence, rcuFence), plain: null },
    }
    if (!s.usesPlain) return judged
    const plain = plainVisibility(s, judged)
    return plainCoherent(s, judged, plain) ? { ...judged, plain } : null
  }

  private loc(): Relation {
    const { location } = this.x
    return this.a.relation((d, e) => (location[d] as number) >= 0 && location[d] === location[e])
  }

  private dataButToSrcuUnlock(): Relation {
    const { a, s } = this
    return a.minus(s.data, a.to(s.data, s.SrcuUnlock))
  }

  /** `srcu_read_unlock` belongs to the `srcu_read_lock` whose value it is given. */
  private matchSrcu(loc: Relation, rf: Relation): Relation {
    const { a, s } = this
    const carry = a.star(a.seq(this.dataButToSrcuUnlock(), rf))
    return a.and(a.to(a.seq(a.from(s.SrcuLock, carry), s.data), s.SrcuUnlock), loc)
  }

  /** Sequences with at least as many grace periods as read-side sections, linked by `rcu-link`. */
  private rcuOrder(loc: Relation, link: Relation, srcuRscs: Relation): Relation {
    const { a, s } = this
    const { rcuGp, srcuGp } = s
    const L = a.to(a.seq(a.from(s.Rcu, a.maybe(s.po)), link), s.Rcu)
    const rscsi = a.inverse(s.rcuRscs)
    const srcuRscsi = a.inverse(srcuRscs)
    const gps = a.or(rcuGp, srcuGp)
    let order = gps
    for (;;) {
      const X = a.or(L, a.seq(L, order, L))
      const srcu = s.usesSrcu
        ? a.and(a.or(a.seq(srcuGp, X, srcuRscsi), a.seq(srcuRscsi, X, srcuGp)), loc)
        : this.none
      const next = a.or(order, a.seq(rcuGp, X, rscsi), a.seq(rscsi, X, rcuGp), srcu, a.seq(order, L, order))
      if (a.equal(next, order)) return order
      order = next
    }
  }
}
