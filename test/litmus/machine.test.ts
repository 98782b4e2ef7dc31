import { describe, expect, it } from 'vitest'
import { check, checkLkmm } from '#harness/litmus/check.js'
import { runOnMachine } from '#harness/litmus/machine.js'
import { parse } from '#harness/litmus/parse.js'
import { sequentialConsistency, totalStoreOrder } from './axioms.js'
import { SINGLE, steps, testOf, type Step } from './cycles.js'

/** RCUFUZZ_LITMUS_STRIDE=1 takes every generated test; by default every n-th is taken, to keep CI short. */
const stride = Number(process.env['RCUFUZZ_LITMUS_STRIDE'] ?? 7)

function* cycles(length: number): Generator<Step[]> {
  const all = [...steps(), ...(length > 2 ? SINGLE : [])]
  function* extend(prefix: Step[]): Generator<Step[]> {
    if (prefix.length === length) return yield prefix
    for (const s of all) yield* extend([...prefix, s])
  }
  let i = 0
  for (const c of extend([])) if (i++ % stride ** (length - 1) === 0) yield c
}

const generated = [2, 3].flatMap((n) =>
  [...cycles(n)].flatMap((c) => {
    const name = c.map((s) => `${s.from}${s.to}-${s.single ? 'single' : s.order}`).join('+')
    const text = testOf(name, c)
    return text ? [{ name, text, cycle: c }] : []
  }),
)

describe(`${generated.length} generated cycles`, () => {
  it('has many of them', () => expect(generated.length).toBeGreaterThan(150))

  it('sc: the machine shows exactly the states that the axiom allows', () => {
    for (const { name, text } of generated) {
      const test = parse(text)
      const axiom = check(test, sequentialConsistency)
      expect({ name, states: runOnMachine(test, 'sc').states }).toEqual({ name, states: axiom.states })
    }
  }, 600_000)

  it('tso: the machine shows exactly the states that the axioms allow', () => {
    for (const { name, text } of generated) {
      const test = parse(text)
      const axiom = check(test, totalStoreOrder)
      expect({ name, states: runOnMachine(test, 'tso').states }).toEqual({ name, states: axiom.states })
    }
  }, 600_000)

  it('weak: the machine shows nothing that the kernel model forbids, and all that sc shows', () => {
    const wrong: unknown[] = []
    for (const { name, text } of generated) {
      const test = parse(text)
      const lkmm = checkLkmm(test).states
      const weak = runOnMachine(test, 'weak').states
      const extra = weak.filter((s) => !lkmm.includes(s))
      const missing = runOnMachine(test, 'sc').states.filter((s) => !weak.includes(s))
      const beyond = runOnMachine(test, 'tso').states.filter((s) => !lkmm.includes(s))
      if (extra.length || missing.length || beyond.length) wrong.push({ name, extra, missing, beyond })
    }
    expect(wrong).toEqual([])
  }, 600_000)
})
