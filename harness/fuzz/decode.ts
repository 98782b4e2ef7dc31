import type { Target } from '../define.js'
import { BytesDriver } from '../drivers/bytes.js'
import type { Driver } from '../drivers/driver.js'
import type { Chance } from './grammar.js'
import { grammarOf } from './sources.js'

/**
 * Bytes as a source of chance: each decision takes one. When they run out, every decision is the first
 * alternative, so that short inputs are small scenarios.
 */
class Bytes implements Chance {
  private at = 0

  constructor(private readonly data: Uint8Array) {}

  below(n: number): number {
    return (this.data[this.at++] ?? 0) % n
  }

  oneIn(n: number): boolean {
    return this.below(n) === n - 1
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  get rest(): Uint8Array {
    return this.data.subarray(this.at)
  }
}

/**
 * What a byte-oriented fuzzer (jsfuzz, libFuzzer) drives: the first bytes choose a scenario of the system's
 * grammar, the others its schedule, a byte a step.
 */
export function decode(system: Target, data: Uint8Array): { scenario: unknown; lead: Driver } {
  const bytes = new Bytes(data)
  const scenario = grammarOf(system).generate(bytes)
  return { scenario: system.tidy?.(scenario) ?? scenario, lead: new BytesDriver(bytes.rest) }
}
