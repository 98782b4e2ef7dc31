import { isInitial, isRead, isWrite, type Execution } from '#harness/litmus/execution.js'
import type { Event } from '#harness/litmus/event.js'
import type { Model } from '#harness/litmus/search.js'

// Two axiomatic models that the step-wise machine is held against, state by state. They share nothing with it.

/** Lamport 1979, as Shasha and Snir have it: program order and communication make no circle. */
export const sequentialConsistency = (x: Execution): Model => new Simple(x, () => true)

/**
 * x86-TSO (Owens, Sarkar, Sewell 2009, section 4; "Herding cats", figure 21): a store may pass later loads, unless
 * a locked instruction or fence stands between them, or is one of them.
 */
export const totalStoreOrder = (x: Execution): Model => {
  const locked = (e: Event): boolean => e.atomic || e.kind === 'LKR' || e.kind === 'LKW'
  const fences = x.events.filter((e) => e.tag === 'mb')
  return new Simple(x, (a, b) => {
    if (!(isWrite(a) && isRead(b)) || locked(a) || locked(b)) return true
    return fences.some((f) => f.thread === a.thread && a.id < f.id && f.id < b.id)
  })
}

class Simple implements Model {
  constructor(
    private readonly x: Execution,
    private readonly keeps: (a: Event, b: Event) => boolean,
  ) {}

  consistent(): boolean {
    const { x } = this
    const a = x.algebra
    const mark = a.mark()
    const memory = (e: Event): boolean => isRead(e) || isWrite(e)
    const po = x.related(
      (d, e) => d.thread === e.thread && d.id < e.id && memory(d) && memory(e) && !isInitial(d),
    )
    const ppo = x.related((d, e) => a.has(po, d.id, e.id) && this.keeps(d, e))
    const loc = a.relation((d, e) => x.location[d] === x.location[e] && x.location[d] !== -1)
    const ext = x.related((d, e) => d.thread !== e.thread)
    const rf = x.rf()
    const co = x.co()
    const fr = a.seq(a.inverse(rf), co)
    const rmw = x.related((d, e) => e.rmw === d)
    const atomic = a.isEmpty(a.and(rmw, a.seq(a.and(fr, ext), a.and(co, ext))))
    const perLocation = a.acyclic(a.or(a.and(po, loc), rf, co, fr))
    const global = a.acyclic(a.or(ppo, a.and(rf, ext), co, fr))
    a.release(mark)
    return atomic && perLocation && global
  }

  examine(): readonly [] | null {
    return this.consistent() ? [] : null
  }
}
