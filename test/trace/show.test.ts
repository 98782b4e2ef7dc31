import { expect, it } from 'vitest'
import { show } from '#harness/trace/record.js'

it('shows a value by the text it has, else by its fields', () => {
  class Spte {
    constructor(readonly generation: number) {}
    toString(): string {
      return `MMIO(${this.generation})`
    }
  }
  expect(show(new Spte(4))).toBe('MMIO(4)')
  expect(show({ offset: 16, maxLength: 15 })).toBe('16+15')
  expect(show(null)).toBe('NULL')
  expect(show(7)).toBe('7')
})
