import type { Machine } from './machine.js'

export enum Life {
  Unallocated,
  Live,
  Freed,
}

export class Cell<T> {
  bits = 0

  constructor(
    readonly owner: Struct,
    readonly name: string,
    public value: T,
  ) {}
}

export type StructClass<S extends Struct> = new (machine: Machine, name: string) => S

export abstract class Struct {
  life = Life.Live

  constructor(
    readonly machine: Machine,
    readonly name: string,
  ) {}

  word(name: string, initial = 0): Cell<number> {
    return new Cell(this, name, initial)
  }

  value<T>(name: string, initial: T): Cell<T> {
    return new Cell(this, name, initial)
  }

  pointer<T extends Struct>(name: string): Cell<T | null> {
    return new Cell<T | null>(this, name, null)
  }

  link<T extends Struct>(name: string): Cell<T | null> {
    return new Cell<T | null>(this, name, null)
  }

  refcount(name: string, initial = 1): Cell<number> {
    return new Cell(this, name, initial)
  }

  embed<S extends Struct>(type: StructClass<S>, name: string): S {
    return new type(this.machine, name)
  }

  rcuHead(name: string): { readonly name: string } {
    return { name }
  }
}
