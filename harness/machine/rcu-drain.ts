import type { Coroutine } from './op.js'
import { Struct } from './struct.js'
import type { Thread } from './thread.js'

/** `struct rcu_drain` of util/rcu.c: lives on the drainer's stack, completed by its own callback. */
export class RcuDrain extends Struct {
  static readonly structName = 'rcu_drain'
  readonly rcu = this.rcuHead('rcu')
  readonly done = this.word('drain_complete_event')

  static *complete(t: Thread, drain: RcuDrain): Coroutine<void> {
    yield* t.storeRelease(drain.done, 1)
  }
}
