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
  /** One of too many: drawn thin and grey, and told apart in the tables. */
  readonly faint: boolean
}

/** Custom properties of the style sheet, one value for light and one for dark. */
const COLOURS = 8
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye', 'cross'] as const

export const colour = (i: number): string => `var(--c${i % COLOURS})`

/**
 * Where there are more candidates than colours, those that are broken stand back, but for the first one, which
 * all others are compared with.
 */
export function looks(candidates: readonly Candidate[]): Look[] {
  const many = candidates.length > COLOURS
  let dealt = 0
  return candidates.map((c, i) => {
    const faint = many && c.broken && i > 0
    const n = faint ? 0 : dealt++
    return {
      name: c.name,
      label: c.broken ? `✗ ${c.name}` : c.name,
      colour: faint ? 'var(--muted)' : colour(n),
      symbol: SYMBOLS[n % SYMBOLS.length] ?? 'circle',
      dash: c.broken ? '5 4' : 'none',
      faint,
    }
  })
}
