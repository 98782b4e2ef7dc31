import { describe, it } from 'vitest'
import type { Machine, Moment } from '#harness/machine/index.js'
import { allows, Vars, type Body } from './litmus.js'

// `moment` and `knows`: happens-before as oracles ask for it (domain I4, "strict" and "hb" grades).
interface Env {
  v: Vars
  then: Moment | null
}
function setup(m: Machine): Env {
  const env: Env = { v: m.global(Vars, 'v'), then: null }
  m.atStart(() => (env.then = null))
  return env
}
const known = (env: Env, knows: (m: Moment) => boolean): string =>
  env.then === null ? 'not yet' : knows(env.then) ? 'known' : 'unknown'

describe('happens-before', () => {
  const leaves = (how: 'storeRelease' | 'write' | 'plainWrite'): Body<Env> =>
    function* (t, env) {
      yield* t.write(env.v.x, 1)
      env.then = t.moment()
      yield* t[how](env.v.flag, 1)
    }
  const asks = (how: 'loadAcquire' | 'read'): Body<Env> =>
    function* (t, env) {
      return (yield* t[how](env.v.flag)) ? known(env, (m) => t.knows(m)) : 'early'
    }

  it('a moment before a release is known after the acquire', () => {
    const expected = ['early', 'known']
    allows(
      { setup, threads: [leaves('storeRelease'), asks('loadAcquire')] },
      { sc: expected, tso: expected, weak: expected },
    )
  })

  it('under sc and tso any atomic store and load do, under weak they need their orders', () => {
    for (const [store, load] of [
      ['write', 'loadAcquire'],
      ['storeRelease', 'read'],
      ['write', 'read'],
    ] as const)
      allows(
        { setup, threads: [leaves(store), asks(load)] },
        { sc: ['early', 'known'], tso: ['early', 'known'], weak: ['early', 'unknown'] },
      )
  })

  it('time alone makes nothing known: two threads that do not communicate', () => {
    const expected = ['not yet', 'unknown']
    allows(
      {
        setup,
        threads: [
          leaves('write'),
          function* (t, env) {
            yield* t.read(env.v.y)
            return known(env, (m) => t.knows(m))
          },
        ],
      },
      { sc: expected, tso: expected, weak: expected },
    )
  })

  it('a thread knows its own moments', () => {
    allows(
      {
        setup,
        threads: [
          function* (t, { v }) {
            const then = t.moment()
            yield* t.write(v.x, 1)
            return t.knows(then) ? 'known' : 'unknown'
          },
        ],
      },
      { sc: ['known'], tso: ['known'], weak: ['known'] },
    )
  })
})
