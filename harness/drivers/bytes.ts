import type { Machine } from '../machine/index.js'
import type { Driver } from './driver.js'

/** A byte-oriented fuzzer decides: one byte a choice, modulo what there is to choose from; 0 past the end. */
export class BytesDriver implements Driver {
  readonly name = 'bytes'
  private at = 0

  constructor(private readonly data: Uint8Array) {}

  begin(): void {
    this.at = 0
  }

  nextAgent(m: Machine): number {
    return m.enabled[m.enabledCount === 1 ? 0 : this.nextValue(m.enabledCount)] as number
  }

  nextValue(n: number): number {
    return (this.data[this.at++] ?? 0) % n
  }
}
