import { describe, expect, it } from 'vitest'
import { scenariosOf } from '#harness/cli/bound.js'
import type { Target } from '#harness/define.js'

const target = {
  name: 'a-system',
  scenarios: {
    one: { title: '', scenario: 1 },
    wrap: { title: '', scenario: 2, apart: true },
    two: { title: '', scenario: 3, apart: false },
  },
} as unknown as Target

describe('what is explored', () => {
  it('is one scenario, those apart included', () => {
    expect(scenariosOf(target, { scenario: 'wrap' })).toEqual({ scenarios: [2], bound: 'scenario wrap' })
  })

  it('is each scenario that counts for the verdicts', () => {
    expect(scenariosOf(target, { scenario: 'all' })).toEqual({ scenarios: [1, 3], bound: 'all scenarios' })
  })

  it('is never guessed', () => {
    expect(() => scenariosOf(target, { scenario: 'tow' })).toThrow(/it has: one, wrap, two/)
    expect(() => scenariosOf(target, {})).toThrow(/a-system declares no bounds/)
  })
})
