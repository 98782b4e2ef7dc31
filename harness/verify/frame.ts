/** One step of the execution that is being tried, and what else is to be tried instead of it. */
export class Frame {
  /** Who takes the step; -1 as long as that is not decided. */
  agent = -1
  /** Agents still to be tried here; `agent` is one of them. */
  todo = 0
  /** How many there were to try, and how many of them came before the one that is being tried. */
  width = 0
  rank = 0
  /** Agents that need not be tried: every execution that starts with one of them has an equivalent elsewhere. */
  asleep = 0
  /** Those of the sleeping ones that commute with nothing. */
  loud = 0
  /** Whether the step that is being tried turned out to commute with nothing. */
  isLoud = false
  /** Transitions that had been taken when this step was first tried. */
  since = 0
  /** Where the values that this step chose begin. */
  values = 0
  /** Whether somebody else tries its other values. */
  fixed = false
  /** The last thread that took a step before this one; and what of the budget is spent. */
  last = -1
  spent = 0
  /** What each agent would cost. */
  prices: number[] = []
  bookLow = 0
  bookHigh = 0
}

/** How many agents a set has. */
export function bits(mask: number): number {
  let n = 0
  for (; mask !== 0; mask &= mask - 1) n++
  return n
}
