import type { Chooser, Machine } from '../machine/index.js'

/** A strategy: what the machine asks, plus a start for each execution. */
export interface Driver extends Chooser {
  readonly name: string
  /** A new execution begins. `seed` decides all that is random in it. */
  begin(seed: number, machine: Machine): void
}
