import { expect, it } from 'vitest'
import { Machine } from '#harness/machine/index.js'
import { show } from '#harness/trace/record.js'
import { Node } from '../machine/litmus.js'

class Span {
  constructor(
    private readonly from: number,
    private readonly to: number,
  ) {}

  toString(): string {
    return `${this.from}..${this.to}`
  }
}

it('values are written as a person would: objects by name, lists in brackets, others as they say', () => {
  const node = new Machine('sc', 1).heap(Node, 'n')
  expect(show(node)).toBe('n')
  expect(show(null)).toBe('NULL')
  expect(show({ offset: 16, length: 8 })).toBe('16+8')
  expect(show([node, null, 3])).toBe('[n NULL 3]')
  expect(show(new Span(1, 3))).toBe('1..3')
})
