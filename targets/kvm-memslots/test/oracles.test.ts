import { describe, expect, it } from 'vitest'
import type { Machine, Mutex, Thread } from '#harness/machine/index.js'
import { Began, MapOracle, type Ending } from '#targets/kvm-memslots/map-oracle.js'
import { inOrder, Vars, type Litmus } from '../../../test/machine/litmus.js'

interface Env {
  v: Vars
  map: MapOracle
  began: Began
  bql: Mutex
}

/** An ioctl that makes frame 0 end in the last of `changes`, and an access that ends in `ending`. */
function scene(boot: Ending, changes: Ending[], ending: Ending, communicates = false): Litmus<Env> {
  return {
    setup(m: Machine) {
      const map = new MapOracle(m)
      map.atBoot(0, 0, boot)
      return { v: m.global(Vars, 'v'), map, began: new Began(m), bql: m.bql }
    },
    threads: [
      function* ioctl(t: Thread, { v, map, bql }) {
        yield* t.lock(bql)
        map.changing(0, 0, ...changes)
        yield* t.write(v.x, 1)
        map.changed(t, 0, 0)
        yield* t.unlock(bql)
      },
      function* vcpu(t: Thread, { v, map, began, bql }) {
        if (communicates) {
          yield* t.lock(bql)
          yield* t.unlock(bql)
        }
        yield* t.read(v.y)
        began.now(t)
        yield* t.read(v.z)
        map.judge(t, began, 0, 0, ending, 'spte')
      },
    ],
  }
}

/** Steps of the ioctl (0) and of the access (1). */
const AFTER = [0, 0, 0, 1, 1]
const AFTER_BQL = [0, 0, 0, 1, 1, 1, 1]
const INSIDE = [0, 1, 1, 0, 0]
const BEGINS_BEFORE = [0, 1, 0, 0, 1]

const kinds = (test: Litmus<Env>, script: number[], model: 'sc' | 'tso' | 'weak' = 'sc'): readonly string[] =>
  inOrder(test, model, script).violations

describe('I6: how an access may end', () => {
  it('after the ioctl: as the ioctl made it, and in no other way', () => {
    expect(kinds(scene(null, ['new'], null), AFTER)).toEqual(['stale-mmio'])
    expect(kinds(scene(null, ['new'], 'new'), AFTER)).toEqual([])
    expect(kinds(scene('old', [null], 'old'), AFTER)).toEqual(['stale-ram'])
    expect(kinds(scene('old', [null], null), AFTER)).toEqual([])
    expect(kinds(scene('old', ['new'], 'old'), AFTER)).toEqual(['wrong-memory'])
  })

  it('while it runs: in both ways', () => {
    for (const ending of [null, 'new']) expect(kinds(scene(null, ['new'], ending), INSIDE)).toEqual([])
    for (const ending of ['old', null]) expect(kinds(scene('old', [null], ending), INSIDE)).toEqual([])
  })

  it('not in a way that no update has brought about', () => {
    expect(kinds(scene(null, ['new'], 'other'), INSIDE)).toEqual(['stale-ram'])
    expect(kinds(scene('old', ['new'], null), INSIDE)).toEqual(['stale-mmio'])
  })

  it('begun before its return and ended after it, as before: a late exit, apart', () => {
    expect(kinds(scene(null, ['new'], null), BEGINS_BEFORE)).toEqual(['late-exit'])
    expect(kinds(scene(null, ['new'], 'new'), BEGINS_BEFORE)).toEqual([])
  })

  it('during a deletion that fails: as MMIO, too; afterwards not', () => {
    const failing = (ending: Ending): Litmus<Env> => scene('old', [null, 'old'], ending)
    expect(kinds(failing(null), INSIDE)).toEqual([])
    expect(kinds(failing('old'), INSIDE)).toEqual([])
    expect(kinds(failing(null), AFTER)).toEqual(['stale-mmio'])
    expect(kinds(failing('old'), AFTER)).toEqual([])
  })

  it('"after" is time under sc, and happens-before elsewhere', () => {
    for (const model of ['tso', 'weak'] as const)
      expect(kinds(scene(null, ['new'], null), AFTER, model)).toEqual([])
    expect(kinds(scene(null, ['new'], null, true), AFTER_BQL, 'weak')).toEqual(['stale-mmio'])
    // Under tso the buffer of the ioctl's thread, number 3, has to drain before the BQL is free.
    expect(kinds(scene(null, ['new'], null, true), [0, 0, 0, 3, 3, 1, 1, 4, 1, 1], 'tso')).toEqual([
      'stale-mmio',
    ])
  })
})
