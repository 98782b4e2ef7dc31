/** A litmus test as it is written: the C dialect of herd7 and klitmus7, as far as the kernel uses it. */
export interface LitmusTest {
  readonly name: string
  readonly init: readonly Init[]
  readonly threads: readonly ThreadText[]
  readonly locations: readonly Place[]
  readonly filter: Condition | null
  readonly quantifier: Quantifier
  readonly condition: Condition
}

/** `exists`, `~exists`, `forall`. */
export type Quantifier = 'exists' | 'not-exists' | 'forall'

/** Where in the file something stands; lines and columns count from 1. */
export interface At {
  readonly line: number
  readonly column: number
}

/** `int x = 1;`, `y = x;`, `0:r1 = 2;`, `int a[2] = {1, 2};` */
export interface Init {
  readonly place: Place
  readonly values: readonly InitValue[]
  /** Elements of an array; null for a scalar. */
  readonly length: number | null
  readonly at: At
}

/** A number, or the name of a shared variable, which means its address. */
export type InitValue = number | string

/** A register of a thread, or a shared variable. */
export interface Place {
  readonly thread: number | null
  readonly name: string
}

export interface ThreadText {
  readonly parameters: readonly string[]
  readonly body: readonly Statement[]
  readonly at: At
}

export type Statement =
  | { readonly kind: 'declare'; readonly name: string; readonly value: Expression | null; readonly at: At }
  | { readonly kind: 'assign'; readonly to: Expression; readonly value: Expression; readonly at: At }
  | { readonly kind: 'expression'; readonly value: Expression; readonly at: At }
  | {
      readonly kind: 'if'
      readonly condition: Expression
      readonly then: Statement
      readonly otherwise: Statement | null
      readonly at: At
    }
  | { readonly kind: 'while'; readonly condition: Expression; readonly body: Statement; readonly at: At }
  | { readonly kind: 'block'; readonly body: readonly Statement[]; readonly at: At }

export type Expression =
  | { readonly kind: 'number'; readonly value: number; readonly at: At }
  | { readonly kind: 'name'; readonly name: string; readonly at: At }
  | { readonly kind: 'dereference'; readonly of: Expression; readonly at: At }
  | { readonly kind: 'address'; readonly of: Expression; readonly at: At }
  | {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: Expression
      readonly right: Expression
      readonly at: At
    }
  | {
      readonly kind: 'call'
      readonly name: string
      readonly arguments: readonly Expression[]
      readonly at: At
    }

export type Condition =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | {
      readonly kind: 'equal'
      readonly place: Place
      readonly value: InitValue | Place
      readonly not: boolean
    }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or' | 'implies'; readonly left: Condition; readonly right: Condition }
