import { describe, it } from 'vitest'
import type { Condition, Machine, Mutex } from '#harness/machine/index.js'
import { allows, everywhere, finds, Vars, type Body } from './litmus.js'

// Condition variables (pthread_cond_wait, qemu_cond_wait): letting the mutex go and going to sleep are one.
interface Env {
  v: Vars
  a: Mutex
  c: Condition
}
const setup = (m: Machine): Env => ({ v: m.global(Vars, 'v'), a: m.mutex('a'), c: m.condition('c') })

const waits: Body<Env> = function* (t, { v, a, c }) {
  yield* t.lock(a)
  while ((yield* t.plainRead(v.flag)) === 0) yield* t.condWait(c, a)
  const x = yield* t.plainRead(v.x)
  yield* t.unlock(a)
  return x
}
const signals: Body<Env> = function* (t, { v, a, c }) {
  yield* t.lock(a)
  yield* t.plainWrite(v.x, 1)
  yield* t.plainWrite(v.flag, 1)
  yield* t.condSignal(c)
  yield* t.unlock(a)
}

describe('condition variables', () => {
  it('a waiter that checks under the mutex is always woken, and sees what the signaller did', () => {
    allows({ setup, threads: [waits, signals] }, everywhere(['1']))
  })

  it('the signal may come after the unlock', () => {
    const late: Body<Env> = function* (t, { v, a, c }) {
      yield* t.lock(a)
      yield* t.plainWrite(v.x, 1)
      yield* t.plainWrite(v.flag, 1)
      yield* t.unlock(a)
      yield* t.condSignal(c)
    }
    allows({ setup, threads: [waits, late] }, everywhere(['1']))
  })

  it('the signal itself passes on what came before it (POSIX XBD 4.12, "Memory Synchronization")', () => {
    // z is stored outside the mutex, in between the unlock and the signal; or after the signal.
    const signalsWith = (before: boolean): Body<Env> =>
      function* (t, { v, a, c }) {
        yield* t.lock(a)
        yield* t.plainWrite(v.flag, 1)
        yield* t.unlock(a)
        if (before) yield* t.plainWrite(v.z, 1)
        yield* t.condSignal(c)
        if (!before) yield* t.plainWrite(v.z, 1)
      }
    const waitsOnce: Body<Env> = function* (t, { v, a, c }) {
      yield* t.lock(a)
      const woken = (yield* t.plainRead(v.flag)) === 0
      if (woken) yield* t.condWait(c, a)
      yield* t.unlock(a)
      return woken ? yield* t.plainRead(v.z) : 'early'
    }
    allows({ setup, threads: [waitsOnce, signalsWith(true)] }, everywhere(['1', 'early']))
    finds({ setup, threads: [waitsOnce, signalsWith(false)] }, everywhere(['data-race']))
  })

  it('a waiter that does not check loses a wake-up that came before', () => {
    const blind: Body<Env> = function* (t, { a, c }) {
      yield* t.lock(a)
      yield* t.condWait(c, a)
      yield* t.unlock(a)
    }
    finds({ setup, threads: [blind, signals] }, everywhere(['lost-wakeup']))
  })

  it('a check that is not under the mutex loses it, too', () => {
    const unlocked: Body<Env> = function* (t, { v, a, c }) {
      if ((yield* t.read(v.y)) === 0) {
        yield* t.lock(a)
        yield* t.condWait(c, a)
        yield* t.unlock(a)
      }
    }
    const raises: Body<Env> = function* (t, { v, c }) {
      yield* t.write(v.y, 1)
      yield* t.condSignal(c)
    }
    finds({ setup, threads: [unlocked, raises] }, everywhere(['lost-wakeup']))
  })

  it('a waiter whom nobody signals is a deadlock, not a lost wake-up', () => {
    finds({ setup, threads: [waits] }, everywhere(['deadlock']))
  })

  it('a signal wakes one waiter, a broadcast all', () => {
    const wake = (all: boolean): Body<Env> =>
      function* (t, { v, a, c }) {
        yield* t.lock(a)
        yield* t.plainWrite(v.flag, 1)
        if (all) yield* t.condBroadcast(c)
        else yield* t.condSignal(c)
        yield* t.unlock(a)
      }
    finds({ setup, threads: [waits, waits, wake(false)] }, { sc: ['deadlock'] })
    finds({ setup, threads: [waits, waits, wake(true)] }, { sc: [] })
  })

  it('waiting without the mutex is misuse', () => {
    const careless: Body<Env> = function* (t, { a, c }) {
      yield* t.condWait(c, a)
      yield* t.unlock(a)
    }
    const signal: Body<Env> = function* (t, { c }) {
      yield* t.condSignal(c)
      yield* t.condSignal(c)
    }
    finds({ setup, threads: [careless, signal] }, everywhere(['lock-misuse', 'lost-wakeup']))
  })

  it('KNOWN LIMIT: no spurious wake-ups, so `if` in place of `while` goes unpunished', () => {
    const once: Body<Env> = function* (t, { v, a, c }) {
      yield* t.lock(a)
      if ((yield* t.plainRead(v.flag)) === 0) yield* t.condWait(c, a)
      const x = yield* t.plainRead(v.x)
      yield* t.unlock(a)
      return x
    }
    allows({ setup, threads: [once, signals] }, everywhere(['1']))
  })
})
