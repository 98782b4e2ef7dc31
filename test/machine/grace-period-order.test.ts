import { describe, expect, it } from 'vitest'
import { allows, bits, everywhere, inOrder, litmus, type Body, type Vars } from './litmus.js'

// The same guarantee, one schedule at a time: what exactly is known after the end of a grace period, and in a
// section after its start. Knowing more than the guarantee gives hides bugs; knowing less is a false alarm.
// P0 is the updater, P1 the section in question, P2 a section that keeps the grace period open.

const updater: Body<Vars> = function* (t, v) {
  yield* t.synchronizeRcu()
  return yield* t.read(v.y)
}
const section: Body<Vars> = function* (t, v) {
  yield* t.rcuReadLock()
  yield* t.write(v.y, 1)
  yield* t.rcuReadUnlock()
}
const keeper: Body<Vars> = function* (t) {
  yield* t.rcuReadLock()
  yield* t.rcuReadUnlock()
}
const plainUpdater: Body<Vars> = function* (t, v) {
  yield* t.synchronizeRcu()
  return yield* t.plainRead(v.y)
}
const plainSection: Body<Vars> = function* (t, v) {
  yield* t.rcuReadLock()
  yield* t.plainWrite(v.y, 1)
  yield* t.rcuReadUnlock()
}
const relaxed = litmus(updater, section, keeper)
const plain = litmus(plainUpdater, plainSection, keeper)

const BEFORE = [1, 1, 1, 2, 0, 2, 0, 0] // the section is over when the grace period starts
const OPEN = [2, 1, 0, 1, 1, 2, 0, 0] // it is open at the start
const AFTER = [2, 0, 1, 1, 1, 2, 0, 0] // it begins after the start, and is over before the end

describe('known after a grace period', () => {
  for (const [name, script] of [
    ['over before its start', BEFORE],
    ['open at its start', OPEN],
  ] as const)
    it(`what a section did that was ${name}`, () => {
      expect(inOrder(relaxed, 'weak', script).outcomes).toEqual(['1'])
      expect(inOrder(plain, 'weak', script).violations).toEqual([])
      expect(inOrder(plain, 'sc', script).violations).toEqual([])
    })

  it('not what a section did that began after its start, even if it was over before the end', () => {
    expect(inOrder(relaxed, 'weak', AFTER).outcomes).toEqual(['0', '1'])
    expect(inOrder(plain, 'weak', AFTER).violations).toEqual(['data-race'])
    expect(inOrder(plain, 'sc', AFTER).violations).toEqual(['data-race'])
  })

  it('not what a thread did outside any section', () => {
    const test = litmus(plainUpdater, function* (t, v) {
      yield* t.plainWrite(v.y, 1)
    })
    for (const model of ['sc', 'weak'] as const)
      expect(inOrder(test, model, [1, 0, 0, 0]).violations).toEqual(['data-race'])
  })

  it('what a thread did before its section, as that comes before the end of the section', () => {
    const test = litmus(plainUpdater, function* (t, v) {
      yield* t.plainWrite(v.y, 1)
      yield* t.rcuReadLock()
      yield* t.rcuReadUnlock()
    })
    for (const model of ['sc', 'weak'] as const) {
      expect(inOrder(test, model, [1, 1, 1, 0, 0, 0]).violations).toEqual([])
      expect(inOrder(test, model, [1, 1, 0, 1, 0, 0]).violations).toEqual([])
      expect(inOrder(test, model, [1, 0, 1, 1, 0, 0]).violations).toEqual(['data-race'])
    }
  })

  it('not what a thread did after its section', () => {
    const test = litmus(plainUpdater, function* (t, v) {
      yield* t.rcuReadLock()
      yield* t.rcuReadUnlock()
      yield* t.plainWrite(v.y, 1)
    })
    for (const model of ['sc', 'weak'] as const)
      expect(inOrder(test, model, [1, 1, 1, 0, 0, 0]).violations).toEqual(['data-race'])
  })
})

describe('known in a section that begins after the start', () => {
  const test = litmus(
    function* (t, v) {
      yield* t.write(v.x, 1)
      yield* t.synchronizeRcu()
    },
    function* (t, v) {
      yield* t.rcuReadLock()
      const [x, y] = [yield* t.read(v.x), yield* t.read(v.y)]
      yield* t.rcuReadUnlock()
      return [x, y]
    },
    function* (t, v) {
      yield* t.rcuReadLock()
      yield* t.write(v.y, 1)
      yield* t.rcuReadUnlock()
    },
  )

  it('what the updater knew; and not what a section did that was over before the start', () => {
    expect(inOrder(test, 'weak', [2, 2, 2, 0, 0, 1, 1, 1]).outcomes).toEqual(['1 0', '1 1'])
  })

  it('nor what a section did that the grace period still waits for', () => {
    expect(inOrder(test, 'weak', [2, 2, 0, 0, 1, 1, 1]).outcomes).toEqual(['1 0', '1 1'])
  })

  it('but that, too, when a second grace period has started after the first has ended', () => {
    const twice = litmus(
      function* (t) {
        yield* t.synchronizeRcu()
        yield* t.synchronizeRcu()
      },
      section,
      function* (t, v) {
        yield* t.rcuReadLock()
        const y = yield* t.read(v.y)
        yield* t.rcuReadUnlock()
        return y
      },
    )
    expect(inOrder(twice, 'weak', [1, 1, 1, 0, 2, 2, 2]).outcomes).toEqual(['0', '1'])
    expect(inOrder(twice, 'weak', [1, 1, 1, 0, 0, 2, 2, 2]).outcomes).toEqual(['0', '1'])
    expect(inOrder(twice, 'weak', [1, 1, 1, 0, 0, 0, 2, 2, 2]).outcomes).toEqual(['1'])
  })

  it('nothing, when it was open at the start: it is on the other side', () => {
    expect(inOrder(test, 'weak', [1, 0, 0, 1, 1]).outcomes).toEqual(['0 0', '1 0'])
  })
})

describe('cumulativity', () => {
  it('a section knows what the updater had seen released before the start, acquired or not', () => {
    // LKMM: every store that propagates to G's CPU before the start of G. Registers: flag in P0, y in P2.
    const test = litmus(
      function* (t, v) {
        const flag = yield* t.read(v.flag)
        yield* t.synchronizeRcu()
        return flag
      },
      function* (t, v) {
        yield* t.write(v.y, 1)
        yield* t.storeRelease(v.flag, 1)
      },
      function* (t, v) {
        yield* t.rcuReadLock()
        const y = yield* t.read(v.y)
        yield* t.rcuReadUnlock()
        return y
      },
    )
    expect(inOrder(test, 'weak', [1, 1, 0, 0, 2, 2, 2]).outcomes).toEqual(['0 0', '0 1', '1 1'])
  })

  it('a section passes on what it saw released, without an acquire of its own (LKMM: A-cumul in rcu-link)', () => {
    // P1 reads flag=1 from a release and x=0 from before the grace period: then the store before that release
    // has reached P1 before the end of its section, and must have reached P2 after the grace period.
    // Registers: flag, x in P1; y in P2.
    const test = litmus(
      function* (t, v) {
        yield* t.write(v.y, 1)
        yield* t.storeRelease(v.flag, 1)
      },
      function* (t, v) {
        yield* t.rcuReadLock()
        const flag = yield* t.read(v.flag)
        const x = yield* t.read(v.x)
        yield* t.rcuReadUnlock()
        return [flag, x]
      },
      function* (t, v) {
        yield* t.write(v.x, 1)
        yield* t.synchronizeRcu()
        return yield* t.read(v.y)
      },
    )
    allows(test, everywhere(bits(3, '1 0 0')))
  })

  it('one grace period does not bridge two sections (LKMM: as many grace periods as sections)', () => {
    // Registers: y in P0, z in P1, x in P2; 0 0 0 is a cycle with one grace period and two sections.
    const test = litmus(
      function* (t, v) {
        yield* t.write(v.x, 1)
        yield* t.synchronizeRcu()
        return yield* t.read(v.y)
      },
      function* (t, v) {
        yield* t.rcuReadLock()
        yield* t.write(v.y, 1)
        const z = yield* t.read(v.z)
        yield* t.rcuReadUnlock()
        return z
      },
      function* (t, v) {
        yield* t.rcuReadLock()
        yield* t.write(v.z, 1)
        const x = yield* t.read(v.x)
        yield* t.rcuReadUnlock()
        return x
      },
    )
    allows(test, { sc: bits(3, '0 0 0'), weak: bits(3) })
    // Under tso too, when z=1 and y=1 wait in their buffers (6 and 5; 4 is P0's) for P1 and P0 to look.
    const script = [2, 2, 2, 2, 0, 4, 0, 1, 1, 1, 6, 6, 0, 0]
    expect(inOrder(test, 'tso', script).outcomes).toEqual(['0 0 0'])
  })
})
