import { describe, expect, it } from 'vitest'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import { allows, bits, everywhere, finds, inOrder, litmus, type Body, type Vars } from './litmus.js'

// The grace-period guarantee (LKMM explanation.txt, "RCU relations"; Alglave et al., ASPLOS 2018): for a grace
// period and a section, the section ends before the grace period does and all it knew is known after; or the
// grace period starts before the section does and all that was known then is known in it. And nothing more.

/** x=1 and y=1 stand on the two sides of a grace period. */
const updates: Body<Vars> = function* (t, v) {
  yield* t.write(v.y, 1)
  yield* t.synchronizeRcu()
  yield* t.write(v.x, 1)
}

describe('RCU+sync+read: x is stored after the grace period, y before', () => {
  it('a section that sees x sees y, too (LKMM litmus-tests/RCU+sync+read)', () => {
    allows(
      litmus(function* (t, v) {
        yield* t.rcuReadLock()
        const x = yield* t.read(v.x)
        const y = yield* t.read(v.y)
        yield* t.rcuReadUnlock()
        return [x, y]
      }, updates),
      everywhere(bits(2, '1 0')),
    )
  })

  it('without a section, nothing of the kind under weak', () => {
    allows(
      litmus(function* (t, v) {
        const x = yield* t.read(v.x)
        return [x, yield* t.read(v.y)]
      }, updates),
      { sc: bits(2, '1 0'), tso: bits(2, '1 0'), weak: bits(2) },
    )
  })

  it('the order of the reads does not matter, as a section lies on one side of the grace period', () => {
    // y first: 0 1 would be y=0 from before the grace period's start, and x=1 from after its end.
    allows(
      litmus(function* (t, v) {
        yield* t.rcuReadLock()
        const y = yield* t.read(v.y)
        const x = yield* t.read(v.x)
        yield* t.rcuReadUnlock()
        return [y, x]
      }, updates),
      everywhere(bits(2, '0 1')),
    )
  })

  it('a nested section ends with the outermost unlock', () => {
    allows(
      litmus(function* (t, v) {
        yield* t.rcuReadLock()
        yield* t.rcuReadLock()
        const y = yield* t.read(v.y)
        yield* t.rcuReadUnlock()
        const x = yield* t.read(v.x)
        yield* t.rcuReadUnlock()
        return [y, x]
      }, updates),
      everywhere(bits(2, '0 1')),
    )
  })

  it('two sections are not one', () => {
    allows(
      litmus(function* (t, v) {
        yield* t.rcuReadLock()
        const y = yield* t.read(v.y)
        yield* t.rcuReadUnlock()
        yield* t.rcuReadLock()
        const x = yield* t.read(v.x)
        yield* t.rcuReadUnlock()
        return [y, x]
      }, updates),
      everywhere(bits(2)),
    )
  })
})

describe('SB with a grace period', () => {
  const section: Body<Vars> = function* (t, v) {
    yield* t.rcuReadLock()
    yield* t.write(v.y, 1)
    const x = yield* t.read(v.x)
    yield* t.rcuReadUnlock()
    return x
  }
  const waiter = (name: 'x' | 'y', other: 'x' | 'y'): Body<Vars> =>
    function* (t, v) {
      yield* t.write(v[name], 1)
      yield* t.synchronizeRcu()
      return yield* t.read(v[other])
    }

  it('against a section: 0 0 is forbidden, the section is on one side', () => {
    allows(litmus(section, waiter('x', 'y')), everywhere(bits(2, '0 0')))
  })

  it('against another grace period: synchronize_rcu is a full fence (LKMM: strong-fence)', () => {
    allows(litmus(waiter('y', 'x'), waiter('x', 'y')), everywhere(bits(2, '0 0')))
  })

  it('against a full fence', () => {
    allows(
      litmus(waiter('y', 'x'), function* (t, v) {
        yield* t.write(v.x, 1)
        yield* t.smpMb()
        return yield* t.read(v.y)
      }),
      everywhere(bits(2, '0 0')),
    )
  })

  it('two sections against each other order nothing: entering and leaving are no fences', () => {
    const other: Body<Vars> = function* (t, v) {
      yield* t.rcuReadLock()
      yield* t.write(v.x, 1)
      const y = yield* t.read(v.y)
      yield* t.rcuReadUnlock()
      return y
    }
    allows(litmus(section, other), { sc: bits(2, '0 0'), tso: bits(2), weak: bits(2) })
  })

  it('nor do whole sections between store and load', () => {
    const side = (mine: 'x' | 'y', other: 'x' | 'y') =>
      function* (t: Thread, v: Vars): Coroutine<number> {
        yield* t.write(v[mine], 1)
        yield* t.rcuReadLock()
        yield* t.rcuReadUnlock()
        return yield* t.read(v[other])
      }
    allows(litmus(side('x', 'y'), side('y', 'x')), { sc: bits(2, '0 0'), tso: bits(2), weak: bits(2) })
  })
})

describe('sections are no locks and no barriers', () => {
  it('MP in and between sections is still weak: leaving is no release, entering no acquire', () => {
    allows(
      litmus(
        function* (t, v) {
          yield* t.rcuReadLock()
          yield* t.write(v.x, 1)
          yield* t.rcuReadUnlock()
          yield* t.write(v.flag, 1)
        },
        function* (t, v) {
          const flag = yield* t.read(v.flag)
          yield* t.rcuReadLock()
          const x = yield* t.read(v.x)
          yield* t.rcuReadUnlock()
          return [flag, x]
        },
      ),
      { sc: bits(2, '1 0'), tso: bits(2, '1 0'), weak: bits(2) },
    )
  })

  it('two sections race with plain accesses', () => {
    const section: Body<Vars> = function* (t, v) {
      yield* t.rcuReadLock()
      yield* t.plainWrite(v.x, 1)
      yield* t.rcuReadUnlock()
    }
    finds(litmus(section, section), everywhere(['data-race']))
  })
})

describe('misuse of sections', () => {
  it('leaving a section that was not entered', () => {
    finds(
      litmus(function* (t) {
        yield* t.rcuReadUnlock()
      }),
      everywhere(['section-misuse']),
    )
  })

  it('a thread that ends inside one', () => {
    finds(
      litmus(function* (t) {
        yield* t.rcuReadLock()
      }),
      everywhere(['section-misuse']),
    )
  })

  it('waiting for a grace period inside one never ends (domain R4)', () => {
    finds(
      litmus(function* (t) {
        yield* t.rcuReadLock()
        yield* t.synchronizeRcu()
        yield* t.rcuReadUnlock()
      }),
      everywhere(['deadlock']),
    )
  })

  it('waiting while holding a lock that a reader takes in its section deadlocks (domain R4)', () => {
    finds(
      {
        setup: (m) => m.bql,
        threads: [
          function* (t, bql) {
            yield* t.lock(bql)
            yield* t.synchronizeRcu()
            yield* t.unlock(bql)
          },
          function* (t, bql) {
            yield* t.rcuReadLock()
            yield* t.lock(bql)
            yield* t.unlock(bql)
            yield* t.rcuReadUnlock()
          },
        ],
      },
      everywhere(['deadlock']),
    )
  })
})

describe('what the outcome sets cannot tell: a section that was over in time, under tso', () => {
  it('its end is a store: the grace period waits until that has left the buffer', () => {
    // P0 leaves (buffered), P1 starts: P0's store of x must be in memory when P1's grace period has ended.
    const test = litmus(
      function* (t, v) {
        yield* t.rcuReadLock()
        yield* t.write(v.x, 1)
        yield* t.rcuReadUnlock()
      },
      function* (t, v) {
        yield* t.synchronizeRcu()
        return yield* t.read(v.x)
      },
    )
    expect(inOrder(test, 'tso', [0, 0, 0, 1]).outcomes).toEqual(['1'])
    // A section that has not begun is not waited for.
    expect(inOrder(test, 'tso', [1, 1, 1]).outcomes).toEqual(['0'])
  })
})
