import { describe, expect, it } from 'vitest'
import { checkLkmm } from '#harness/litmus/check.js'
import { parse } from '#harness/litmus/parse.js'
import { testOf, type Step } from './cycles.js'

// "Frightening small children and disconcerting grown-ups" (ASPLOS 2018), section 4: a cycle of threads that hold
// nothing but grace periods and read-side sections is forbidden if, and only if, there are at least as many grace
// periods as sections; whatever the accesses are. For SRCU the same, within each domain.

const steps = (orders: readonly Step['order'][]): Step[] =>
  (['R', 'W'] as const).flatMap((from) =>
    (['R', 'W'] as const).flatMap((to) => orders.map((order) => ({ from, to, order }))),
  )

function* cycles(length: number, all: readonly Step[]): Generator<Step[]> {
  if (length === 0) yield []
  else for (const rest of cycles(length - 1, all)) for (const s of all) yield [...rest, s]
}

function* tests(gp: Step['order'], rscs: Step['order']): Generator<{ text: string; forbidden: boolean }> {
  for (const n of [2, 3]) {
    let i = 0
    for (const cycle of cycles(n, steps([gp, rscs]))) {
      if (n === 3 && i++ % 5 !== 0) continue
      const text = testOf('cycle', cycle)
      const periods = cycle.filter((s) => s.order === gp).length
      if (text) yield { text, forbidden: periods >= n - periods }
    }
  }
}

describe('the rule of grace periods', () => {
  it.each([
    ['gp', 'rscs'],
    ['srcu-gp', 'srcu-rscs'],
  ] as const)('%s, %s', (gp, rscs) => {
    let count = 0
    for (const { text, forbidden } of tests(gp, rscs)) {
      count++
      expect({ text, forbidden: checkLkmm(parse(text)).positive === 0 }).toEqual({ text, forbidden })
    }
    expect(count).toBeGreaterThan(60)
  })

  it('grace periods of one flavour do nothing for sections of the other', () => {
    for (const cycle of cycles(2, steps(['gp', 'srcu-rscs']))) {
      const text = cycle[0]?.order === cycle[1]?.order ? null : testOf('cycle', cycle)
      if (text)
        expect({ text, positive: checkLkmm(parse(text)).positive > 0 }).toEqual({ text, positive: true })
    }
  })
})
