import type { Cell, Coroutine, Thread } from '#harness/machine/index.js'
import { RAMList } from './entities.js'

/*
 * include/qemu/seqlock.h over `ram_list.version`, which the posted patch turns into a QemuSeqLock: odd while
 * a removal is under way.
 */

export function* seqlockWriteBegin(t: Thread, sequence: Cell<number>): Coroutine<void> {
  yield* t.write(sequence, (yield* t.plainRead(sequence)) + 1)
  yield* t.smpWmb()
}

export function* seqlockWriteEnd(t: Thread, sequence: Cell<number>): Coroutine<void> {
  yield* t.smpWmb()
  yield* t.write(sequence, (yield* t.plainRead(sequence)) + 1)
}

/** An odd sequence is returned as the even one before it, so that the retry check fails. */
export function* seqlockReadBegin(t: Thread, sequence: Cell<number>): Coroutine<number> {
  const start = yield* t.read(sequence)
  yield* t.smpRmb()
  return even(start)
}

export function* seqlockReadRetry(t: Thread, sequence: Cell<number>, start: number): Coroutine<boolean> {
  yield* t.smpRmb()
  return (yield* t.read(sequence)) !== start
}

/** `version & ~1` */
export const even = (version: number): number => version - (version % 2)

/** The list with the version of the lookup that stored the MRU. */
export class VersionedRAMList extends RAMList {
  static override readonly structName = 'RAMList'
  readonly mruVersion = this.word('mru_version')
}
