import { describe, it } from 'vitest'
import type { Machine, RcuDomain } from '#harness/machine/index.js'
import { allows, bits, everywhere, finds, Vars, type Body } from './litmus.js'

// SRCU (Documentation/RCU/Design/Requirements, "Sleepable RCU"): each domain has its own grace periods; the
// value that srcu_read_lock returns names the section, so sections of one thread may overlap without nesting.
interface Env {
  v: Vars
  a: RcuDomain
  b: RcuDomain
}
const setup = (m: Machine): Env => ({ v: m.global(Vars, 'v'), a: m.rcuDomain('A'), b: m.rcuDomain('B') })

const updates = (domain: 'a' | 'b'): Body<Env> =>
  function* (t, { v, ...domains }) {
    yield* t.write(v.y, 1)
    yield* t.synchronizeSrcu(domains[domain])
    yield* t.write(v.x, 1)
  }
// Registers: y, x; 0 1 spans the grace period.
const reads: Body<Env> = function* (t, { v, a }) {
  const section = yield* t.srcuReadLock(a)
  const y = yield* t.read(v.y)
  const x = yield* t.read(v.x)
  yield* t.srcuReadUnlock(section)
  return [y, x]
}

describe('SRCU', () => {
  it('a section lies on one side of each grace period of its domain', () => {
    allows({ setup, threads: [reads, updates('a')] }, everywhere(bits(2, '0 1')))
  })

  it('a grace period of another domain does not wait for it', () => {
    allows({ setup, threads: [reads, updates('b')] }, everywhere(bits(2)))
  })

  it('nor does the global one, nor does it wait for global sections', () => {
    allows(
      {
        setup,
        threads: [
          reads,
          function* (t, { v }) {
            yield* t.write(v.y, 1)
            yield* t.synchronizeRcu()
            yield* t.write(v.x, 1)
          },
        ],
      },
      everywhere(bits(2)),
    )
    allows(
      {
        setup,
        threads: [
          function* (t, { v }) {
            yield* t.rcuReadLock()
            const y = yield* t.read(v.y)
            const x = yield* t.read(v.x)
            yield* t.rcuReadUnlock()
            return [y, x]
          },
          updates('a'),
        ],
      },
      everywhere(bits(2)),
    )
  })

  it('the other domain gives no order either: MP through it is weak', () => {
    // x first: 1 0 is what a grace period of the same domain forbids.
    const readsXFirst = (domain: 'a' | 'b'): Body<Env> =>
      function* (t, { v, ...domains }) {
        const section = yield* t.srcuReadLock(domains[domain])
        const x = yield* t.read(v.x)
        const y = yield* t.read(v.y)
        yield* t.srcuReadUnlock(section)
        return [x, y]
      }
    const strong = bits(2, '1 0')
    allows({ setup, threads: [readsXFirst('a'), updates('a')] }, everywhere(strong))
    allows({ setup, threads: [readsXFirst('b'), updates('a')] }, { sc: strong, tso: strong, weak: bits(2) })
  })

  it('overlapping sections: each is waited for until its own end', () => {
    const overlapping = (early: 'first' | 'second'): Body<Env> =>
      function* (t, { v, a }) {
        const first = yield* t.srcuReadLock(a)
        const second = yield* t.srcuReadLock(a)
        const y = yield* t.read(v.y)
        yield* t.srcuReadUnlock(early === 'first' ? first : second)
        const x = yield* t.read(v.x)
        yield* t.srcuReadUnlock(early === 'first' ? second : first)
        return [y, x]
      }
    // The first one alone spans both reads: released last, it keeps them on one side.
    allows({ setup, threads: [overlapping('second'), updates('a')] }, everywhere(bits(2, '0 1')))
    // Both cover the read of y, the second the read of x: the grace period waits for it if it was open at the
    // start, and if it began later, y=1 is known.
    allows({ setup, threads: [overlapping('first'), updates('a')] }, everywhere(bits(2, '0 1')))
  })

  it('a hand-over without overlap is two sections', () => {
    allows(
      {
        setup,
        threads: [
          function* (t, { v, a }) {
            const first = yield* t.srcuReadLock(a)
            const y = yield* t.read(v.y)
            yield* t.srcuReadUnlock(first)
            const second = yield* t.srcuReadLock(a)
            const x = yield* t.read(v.x)
            yield* t.srcuReadUnlock(second)
            return [y, x]
          },
          updates('a'),
        ],
      },
      everywhere(bits(2)),
    )
  })

  it('leaving a section twice is misuse', () => {
    finds(
      {
        setup,
        threads: [
          function* (t, { a }) {
            const section = yield* t.srcuReadLock(a)
            yield* t.srcuReadUnlock(section)
            yield* t.srcuReadUnlock(section)
          },
        ],
      },
      everywhere(['section-misuse']),
    )
  })

  it('never leaving a section is misuse, whichever thread has to leave it', () => {
    const enters: Body<Env> = function* (t, { a }) {
      yield* t.srcuReadLock(a)
    }
    finds({ setup, threads: [enters] }, everywhere(['section-misuse']))
  })

  it('synchronize_srcu inside a section of the same domain never returns; of another domain, it does', () => {
    const inside = (domain: 'a' | 'b'): Body<Env> =>
      function* (t, { a, ...others }) {
        const section = yield* t.srcuReadLock(a)
        yield* t.synchronizeSrcu(domain === 'a' ? a : others.b)
        yield* t.srcuReadUnlock(section)
      }
    finds({ setup, threads: [inside('a')] }, everywhere(['deadlock']))
    finds({ setup, threads: [inside('b')] }, everywhere([]))
  })
})
