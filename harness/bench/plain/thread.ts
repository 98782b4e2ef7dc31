import type { Machine, Mutex } from './machine.js'
import { Life, type Cell, type Struct, type StructClass } from './struct.js'

/**
 * The operations of a `Thread`, carried out at once on plain memory. There is one thread: locks, fences and
 * grace periods have nothing to do, and a callback runs when it is queued.
 */
export class Thread {
  readonly id = 0
  readonly name = 'plain'
  readonly role = 'plain'
  private held: Mutex[] = []

  constructor(readonly machine: Machine) {}

  read<T>(cell: Cell<T>): T {
    return cell.value
  }
  loadAcquire<T>(cell: Cell<T>): T {
    return cell.value
  }
  rcuDereference<T>(cell: Cell<T>): T {
    return cell.value
  }
  plainRead<T>(cell: Cell<T>): T {
    return cell.value
  }
  waitUntil<T>(cell: Cell<T>): T {
    return cell.value
  }
  write<T>(cell: Cell<T>, value: T): void {
    cell.value = value
  }
  storeRelease<T>(cell: Cell<T>, value: T): void {
    cell.value = value
  }
  rcuAssignPointer<T>(cell: Cell<T>, value: T): void {
    cell.value = value
  }
  plainWrite<T>(cell: Cell<T>, value: T): void {
    cell.value = value
  }

  xchg<T>(cell: Cell<T>, value: T): T {
    const old = cell.value
    cell.value = value
    return old
  }
  cmpxchg<T>(cell: Cell<T>, expected: T, value: T): T {
    const old = cell.value
    if (old === expected) cell.value = value
    return old
  }
  fetchAdd(cell: Cell<number>, n: number): number {
    const old = cell.value
    cell.value = old + n
    return old
  }
  fetchModify<T>(cell: Cell<T>, f: (old: T) => T | undefined): T {
    const old = cell.value
    const next = f(old)
    if (next !== undefined) cell.value = next
    return old
  }
  fetchIncNonzero(cell: Cell<number>): number {
    const old = cell.value
    if (old !== 0) cell.value = old + 1
    return old
  }

  readPair<A, B>(a: Cell<A>, b: Cell<B>): readonly [A, B] {
    return [a.value, b.value]
  }
  plainReadPair<A, B>(a: Cell<A>, b: Cell<B>): readonly [A, B] {
    return [a.value, b.value]
  }
  writePair<A, B>(a: Cell<A>, b: Cell<B>, x: A, y: B): void {
    a.value = x
    b.value = y
  }
  storeReleasePair<A, B>(a: Cell<A>, b: Cell<B>, x: A, y: B): void {
    this.writePair(a, b, x, y)
  }
  plainWritePair<A, B>(a: Cell<A>, b: Cell<B>, x: A, y: B): void {
    this.writePair(a, b, x, y)
  }

  alloc<S extends Struct>(type: StructClass<S>, name: string): S {
    return new type(this.machine, name)
  }
  free(object: Struct): void {
    object.life = Life.Freed
  }

  lock(mutex: Mutex): void {
    this.held.push(mutex)
  }
  tryLock(mutex: Mutex): boolean {
    if (this.holds(mutex)) return false
    this.lock(mutex)
    return true
  }
  isLocked(mutex: Mutex): boolean {
    return this.holds(mutex)
  }
  unlock(mutex: Mutex): void {
    this.held = this.held.filter((m) => m !== mutex)
  }
  holds(mutex: Mutex): boolean {
    return this.held.includes(mutex)
  }

  callRcu<A extends unknown[]>(_head: unknown, func: (t: Thread, ...args: A) => void, ...args: A): void {
    func(this, ...args)
  }
  srcuReadLock(): undefined {}
  rcuForced(): boolean {
    return false
  }

  note<T>(value: T): T {
    return value
  }
  /** What one thread did, it knows. */
  knows(): boolean {
    return true
  }

  mark(): void {}
  forget(): void {}
  moment(): void {}
  smpRmb(): void {}
  smpWmb(): void {}
  smpMb(): void {}
  condWait(): void {}
  condSignal(): void {}
  condBroadcast(): void {}
  rcuReadLock(): void {}
  rcuReadUnlock(): void {}
  synchronizeRcu(): void {}
  drainCallRcu(): void {}
  srcuReadUnlock(): void {}
  synchronizeSrcu(): void {}
  waitFor(): void {}
  cpuRelax(): void {}
  sleep(): void {}
  assert(): void {}
  report(): void {}
}
