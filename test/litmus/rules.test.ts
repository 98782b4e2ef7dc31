import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { check, checkLkmm } from '#harness/litmus/check.js'
import { isInitial, type Execution } from '#harness/litmus/execution.js'
import { LinuxKernelModel } from '#harness/litmus/lkmm.js'
import { runOnMachine } from '#harness/litmus/machine.js'
import { parse } from '#harness/litmus/parse.js'
import type { Model } from '#harness/litmus/search.js'

// Why `weak` does not show a state that the kernel model allows (docs/litmus.md). Each rule is the kernel model with
// what the machine adds; a state is explained when it is gone then.

const folder = new URL('../../corpus/litmus/', import.meta.url).pathname

/** The kernel model without load buffering: program order and reads-from make no circle. */
const withoutLoadBuffering = (x: Execution): Model => {
  const kernel = new LinuxKernelModel(x)
  const runs = (): boolean => {
    const { algebra: a } = x
    const mark = a.mark()
    const po = x.related((d, e) => !isInitial(d) && d.thread === e.thread && d.id < e.id)
    const fine = a.acyclic(a.or(po, x.rf()))
    a.release(mark)
    return fine
  }
  return {
    consistent: () => kernel.consistent() && runs(),
    examine: () => {
      const flags = kernel.examine()
      return flags !== null && runs() ? flags : null
    },
  }
}

const RULES: readonly (readonly [string, (text: string) => string])[] = [
  ['load-buffering', (text) => text],
  [
    'strong-rmw',
    (text) =>
      text
        .replaceAll(/(\w*(?:xchg|atomic)\w*)_(?:relaxed|acquire|release)\(/g, '$1(')
        .replaceAll(/(atomic_(?:inc|dec|add|sub|or|and|xor)\([^;]*\);)/g, 'smp_mb(); $1 smp_mb();'),
  ],
  ['qemu-fences', (text) => text.replaceAll(/smp_(rmb|wmb)\(\)/g, 'smp_mb()')],
  ['added-fences', (text) => text.replaceAll(/(spin_lock\(\w+\);)/g, '$1 smp_mb();')],
]

/** The rules that explain a state, taken one after the other. */
function explained(text: string, state: string): string | null {
  let stronger = text
  for (const [rule, strengthen] of RULES) {
    stronger = strengthen(stronger)
    if (!check(parse(stronger), withoutLoadBuffering).states.includes(state)) return rule
  }
  return null
}

const seen = new Set<string>()

describe('what the machine does not show', () => {
  it.each(readdirSync(folder).sort())('%s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    const test = parse(text)
    const weak = runOnMachine(test, 'weak').states
    for (const state of checkLkmm(test).states) {
      if (weak.includes(state)) continue
      const rule = explained(text, state)
      expect({ state, rule }).not.toEqual({ state, rule: null })
      seen.add(rule as string)
    }
  })

  it('needs every rule', () => expect([...seen].sort()).toEqual(RULES.map(([rule]) => rule).sort()))
})
