import type { Cell } from './cell.js'
import type { Release } from './memory.js'
import type { Thread } from './thread.js'

/** What memory models without store buffers have in common: nothing ever waits on its way to memory. */
export abstract class Unbuffered {
  readonly buffering = false

  own<T>(_t: Thread, cell: Cell<T>): T {
    return cell.value
  }

  drained(): boolean {
    return true
  }

  pairReady(): boolean {
    return true
  }

  release(t: Thread, effect: Release): void {
    effect.released(t, t.vc)
  }

  buffered(): number {
    return 0
  }

  drain(): void {}

  describeDrain(): string {
    return ''
  }
}
