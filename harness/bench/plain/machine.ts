import { Cell, Life, Struct, type StructClass } from './struct.js'

/*
 * Stands in for `harness/machine/index.ts` when a candidate's stripped source is timed by the wall clock:
 * the same names, nothing behind them but memory.
 */
export { Cell, Life, Struct }
export { Thread } from './thread.js'
export const MEMORY_MODELS = ['sc', 'tso', 'weak'] as const

export class ProgramError extends Error {}

export class Mutex {
  constructor(readonly name: string) {}
}

export class Machine {
  readonly bql = new Mutex('BQL')
  readonly rcu = { name: 'RCU' }

  mutex(name: string): Mutex {
    return new Mutex(name)
  }

  condition(name: string): { readonly name: string } {
    return { name }
  }

  rcuDomain(name: string): { readonly name: string } {
    return { name }
  }

  global<S extends Struct>(type: StructClass<S>, name: string): S {
    return this.heap(type, name)
  }

  heap<S extends Struct>(type: StructClass<S>, name: string): S {
    return new type(this, name)
  }

  atStart(): void {}
  book(): void {}

  init<T>(cell: Cell<T>, value: T): void {
    cell.value = value
  }
}
