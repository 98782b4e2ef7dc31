import type { SymbolType } from '@observablehq/plot'
import type { Candidate } from './findings.js'

/** How a candidate is drawn: colour, shape and dash differ, so that no one has to tell colours apart. */
export interface Look {
  readonly name: string
  /** The name, with a cross before it when the candidate is broken. */
  readonly label: string
  readonly colour: string
  readonly symbol: SymbolType
  readonly dash: string
}

/** Custom properties of the style sheet, one value for light and one for dark. */
const COLOURS = 8
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye', 'cross'] as const

export const colour = (i: number): string => `var(--c${i % COLOURS})`

export function looks(candidates: readonly Candidate[]): Look[] {
  return candidates.map((c, i) => ({
    name: c.name,
    label: c.broken ? `✗ ${c.name}` : c.name,
    colour: colour(i),
    symbol: SYMBOLS[i % SYMBOLS.length] ?? 'circle',
    dash: c.broken ? '5 4' : 'none',
  }))
}
