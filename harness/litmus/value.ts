import { Unsupported } from './unsupported.js'

/**
 * A value that may depend on what reads return. Numbers stand for themselves; the address of a location is a
 * number too, far beyond those that tests compute with.
 */
export type Value = number | Read | Operation

/** What a read event returns. */
export interface Read {
  readonly read: { id: number }
}

export interface Operation {
  readonly operator: string
  readonly left: Value
  readonly right: Value
}

const ADDRESSES = 2 ** 40

export const addressOf = (index: number): number => ADDRESSES + index
export const isAddress = (n: number): boolean => n >= ADDRESSES
export const indexOf = (address: number): number => address - ADDRESSES

/** Applies an operator; what is known at once is computed at once. */
export function operate(operator: string, left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return compute(operator, left, right)
  // `r ^ r`, `r - r`, `r & 0`, `r * 0`: a dependency in name only, as diy writes them; herd7 computes them so.
  if ((operator === '^' || operator === '-') && alike(left, right)) return 0
  if ((operator === '&' || operator === '*') && (left === 0 || right === 0)) return 0
  if (operator === '+' && right === 0) return left
  if (operator === '+' && left === 0) return right
  return { operator, left, right }
}

function alike(a: Value, b: Value): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b
  if ('read' in a) return 'read' in b && a.read === b.read
  return !('read' in b) && a.operator === b.operator && alike(a.left, b.left) && alike(a.right, b.right)
}

/** The value, given those of reads; `undefined` while it hangs on a read without one. */
export function evaluate(v: Value, reads: readonly (number | undefined)[]): number | undefined {
  if (typeof v === 'number') return v
  if ('read' in v) return reads[v.read.id]
  const left = evaluate(v.left, reads)
  const right = evaluate(v.right, reads)
  return left === undefined || right === undefined ? undefined : compute(v.operator, left, right)
}

/** The read events that a value hangs on. */
export function readsOf(v: Value, found: (id: number) => void): void {
  if (typeof v === 'number') return
  if ('read' in v) found(v.read.id)
  else {
    readsOf(v.left, found)
    readsOf(v.right, found)
  }
}

export function compute(operator: string, a: number, b: number): number {
  switch (operator) {
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
    case '&&':
      return Number(a !== 0 && b !== 0)
    case '||':
      return Number(a !== 0 || b !== 0)
  }
  if (isAddress(a) || isAddress(b)) return computeAddress(operator, a, b)
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
    case '%':
      if (b === 0) throw new Unsupported('division by zero', null)
      return operator === '/' ? Math.trunc(a / b) : a % b
    case '<':
      return Number(a < b)
    case '<=':
      return Number(a <= b)
    case '>':
      return Number(a > b)
    case '>=':
      return Number(a >= b)
    case '<<':
      return a * 2 ** b
    case '>>':
      return Math.floor(a / 2 ** b)
    case '&':
    case '|':
    case '^':
      return bitwise(operator, a, b)
    default:
      throw new Unsupported(`operator ${operator}`, null)
  }
}

function bitwise(operator: string, a: number, b: number): number {
  const [x, y] = [BigInt(a), BigInt(b)]
  return Number(operator === '&' ? x & y : operator === '|' ? x | y : x ^ y)
}

/** An address plus an index of an array; the ways to make 0 out of an address; nothing else. */
function computeAddress(operator: string, a: number, b: number): number {
  if ((operator === '^' || operator === '-') && a === b) return 0
  if ((operator === '&' || operator === '*') && (a === 0 || b === 0)) return 0
  if ((operator === '|' || operator === '^') && (a === 0 || b === 0)) return a + b
  if (operator === '+' && isAddress(a) !== isAddress(b)) return a + b
  if (operator === '-' && isAddress(a) && !isAddress(b)) return a - b
  throw new Unsupported(`${operator} on an address`, null)
}
