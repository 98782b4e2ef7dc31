import type { Cell } from './cell.js'
import type { Release } from './memory.js'
import type { State } from './state.js'
import type { Thread } from './thread.js'

/** What memory models without store buffers have in common: nothing ever waits on its way to memory. */
export abstract class Unbuffered {
  readonly buffering = false
  readonly ordersFences: boolean = false
  readonly showsOld: boolean = false

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

  drainFootprint(): void {}
  beginState(_s: State): void {}
  threadState(_s: State, _t: Thread): void {}
  viewState(_s: State, _clock: Int32Array): void {}
  viewOfOneState(_s: State, _thread: number, _time: number): void {}
  state(_s: State): void {}
}
