import type { Cell } from './cell.js'
import { copy, join } from './clocks.js'
import type { Machine } from './machine.js'
import type { MemoryModel, Modify } from './memory.js'
import { Order } from './op.js'
import { Unbuffered } from './unbuffered.js'
import type { State } from './state.js'
import { narrowTag, wideTag } from './tags.js'
import type { Thread } from './thread.js'

/**
 * Sequential consistency (Lamport, 1979): one memory, every load reads the newest store.
 *
 * Happens-before is program order and reads-from of atomic accesses, for every order: the prefix of an
 * execution that is closed under these two is itself an sc execution, so two accesses that they leave
 * unordered can really happen next to each other, in either order. That is what makes "free is an access"
 * free of false alarms here.
 */
export class SequentialConsistency extends Unbuffered implements MemoryModel {
  readonly name = 'sc'
  private readonly pair: [never, never] = [] as never

  constructor(private readonly m: Machine) {
    super()
  }

  load<T>(t: Thread, cell: Cell<T>, order: Order): T {
    if (cell.carries && order !== Order.Plain) join(t.vc, cell.carried)
    this.m.readsFrom(t, cell as Cell<unknown>, cell.writer, cell.tag)
    return cell.value
  }

  loadNewest<T>(t: Thread, cell: Cell<T>): T {
    return this.load(t, cell, Order.Acquire)
  }

  store<T>(t: Thread, cell: Cell<T>, value: T, order: Order): void {
    cell.value = cell.fit(value)
    cell.carries = order !== Order.Plain
    if (cell.carries) copy(cell.carried, t.vc)
    cell.tag = t.wideTag || narrowTag(this.m.step)
    cell.writer = this.m.eventOf(t, cell as Cell<unknown>)
  }

  modify<T>(t: Thread, cell: Cell<T>, f: Modify<T>): T {
    const old = this.load(t, cell, Order.Acquire)
    const next = f(old)
    if (next !== undefined) this.store(t, cell, next, Order.Release)
    return old
  }

  loadPair<A, B>(t: Thread, a: Cell<A>, b: Cell<B>, order: Order): [A, B] {
    const pair = this.pair as unknown as [A, B]
    pair[0] = this.load(t, a, order)
    pair[1] = this.load(t, b, order)
    return pair
  }

  storePair<A, B>(t: Thread, a: Cell<A>, b: Cell<B>, x: A, y: B, order: Order): void {
    t.wideTag = wideTag(this.m.step)
    this.store(t, a, x, order)
    this.store(t, b, y, order)
    t.wideTag = 0
  }

  acquireFence(): void {}
  releaseFence(): void {}
  fullFence(): void {}
  reset(): void {}
  cellState(s: State, cell: Cell<unknown>): void {
    s.newest(cell)
  }
  resetCell(cell: Cell<unknown>): void {
    cell.carries = false
  }
  forgetClocks(): void {}
}
