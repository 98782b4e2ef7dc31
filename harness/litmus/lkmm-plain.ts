import type { Judged } from './lkmm.js'
import type { StaticRelations } from './lkmm-static.js'
import type { Relation } from './relation.js'

// "Plain accesses and data races" of linux-kernel.cat; explanation.txt, section of the same name.

/** What is visible, or carried out, before what, where plain accesses are bounded by marked ones. */
export interface PlainVisibility {
  readonly wwVis: Relation
  readonly wrVis: Relation
  readonly rwXbstar: Relation
}

export function plainVisibility(s: StaticRelations, j: Judged): PlainVisibility {
  const { a, Marked } = s
  const xbstar = a.star(a.or(j.hb, j.pb, j.rb))
  const vis = a.seq(
    a.to(a.seq(j.cumulFences, a.maybe(j.rfe)), Marked),
    a.or(a.seq(a.to(j.strongFence, Marked), xbstar), a.and(xbstar, s.int)),
  )
  const wPreBounded = a.from(Marked, a.maybe(a.or(j.addr, j.fence)))
  const rPreBounded = a.from(Marked, a.maybe(a.or(j.addr, j.nonrwFence, s.afterRmb)))
  const wPostBounded = a.seq(a.to(a.maybe(j.fence), Marked), j.rmwSequence)
  const rPostBounded = a.to(a.maybe(a.or(j.nonrwFence, s.beforeRmb)), Marked)
  const strong = a.seq(j.strongFence, xbstar)
  const visible = a.seq(wPostBounded, vis)
  return {
    wwVis: a.or(j.fence, a.seq(strong, wPreBounded), a.seq(visible, wPreBounded)),
    wrVis: a.or(j.fence, a.seq(strong, rPreBounded), a.seq(visible, rPreBounded)),
    rwXbstar: a.or(j.fence, a.seq(rPostBounded, xbstar, wPreBounded)),
  }
}

/** The axiom "plain-coherence". */
export function plainCoherent(s: StaticRelations, j: Judged, v: PlainVisibility): boolean {
  const { a, preRace } = s
  return (
    a.isEmpty(a.and(a.and(preRace, j.rf), a.inverse(v.rwXbstar))) &&
    a.isEmpty(a.and(a.and(preRace, j.fr), a.inverse(v.wrVis))) &&
    a.isEmpty(a.and(a.and(preRace, j.co), a.inverse(v.wwVis)))
  )
}

/** Whether two accesses race. */
export function races(s: StaticRelations, j: Judged, v: PlainVisibility): boolean {
  const { a, Marked, W, preRace } = s
  const either = a.or(s.ext, s.int)
  const markedFirst = a.between(Marked, either, W)
  const markedSecond = a.between(W, either, Marked)
  const wwNonrace = a.and(a.and(v.wwVis, a.or(markedFirst, v.rwXbstar)), a.or(markedSecond, v.wrVis))
  const ww = a.minus(a.and(preRace, j.co), wwNonrace)
  const wr = a.minus(a.minus(a.and(preRace, a.seq(a.maybe(j.co), j.rf)), v.wrVis), a.inverse(v.rwXbstar))
  const rw = a.minus(a.and(preRace, j.fr), v.rwXbstar)
  return !a.isEmpty(ww) || !a.isEmpty(wr) || !a.isEmpty(rw)
}
