import type { Condition, InitValue, Place } from './ast.js'
import type { MemoryMap } from './memory-map.js'
import { nameOf } from './memory-map.js'
import type { FinalState } from './search.js'

/** Whether a condition holds at the end; `undefined` while that is open. */
export function holds(c: Condition, end: FinalState, map: MemoryMap): boolean | undefined {
  switch (c.kind) {
    case 'true':
      return true
    case 'false':
      return false
    case 'equal': {
      const left = valueOf(c.place, end, map)
      const right =
        typeof c.value === 'object'
          ? valueOf(c.value, end, map)
          : typeof c.value === 'number'
            ? c.value
            : map.address(c.value)
      return left === undefined || right === undefined ? undefined : (left === right) !== c.not
    }
    case 'not': {
      const inner = holds(c.of, end, map)
      return inner === undefined ? undefined : !inner
    }
    case 'and':
      return both(holds(c.left, end, map), () => holds(c.right, end, map))
    case 'or':
      return either(holds(c.left, end, map), () => holds(c.right, end, map))
    case 'implies': {
      const left = holds(c.left, end, map)
      return either(left === undefined ? undefined : !left, () => holds(c.right, end, map))
    }
  }
}

function both(a: boolean | undefined, then: () => boolean | undefined): boolean | undefined {
  if (a === false) return false
  const b = then()
  return b === false ? false : a === undefined || b === undefined ? undefined : true
}

function either(a: boolean | undefined, then: () => boolean | undefined): boolean | undefined {
  if (a === true) return true
  const b = then()
  return b === true ? true : a === undefined || b === undefined ? undefined : false
}

export function valueOf(place: Place, end: FinalState, map: MemoryMap): number | undefined {
  return place.thread === null
    ? end.memory(map.indexOfName(place.name))
    : end.register(place.thread, place.name)
}

/** As herd7 prints a condition: `1:r0=1 /\ 1:r1=0`. */
export function show(c: Condition, outer: 'or' | 'and' | null = null): string {
  const wrap = (when: boolean, text: string): string => (when ? `(${text})` : text)
  switch (c.kind) {
    case 'true':
    case 'false':
      return c.kind
    case 'equal':
      return `${nameOf(c.place)}${c.not ? '!=' : '='}${showValue(c.value)}`
    case 'not':
      return `not (${show(c.of)})`
    case 'and':
      return `${show(c.left, 'and')} /\\ ${show(c.right, 'and')}`
    case 'or':
      return wrap(outer === 'and', `${show(c.left, 'or')} \\/ ${show(c.right, 'or')}`)
    case 'implies':
      return wrap(outer !== null, `${show(c.left, 'or')} => ${show(c.right)}`)
  }
}

const showValue = (v: InitValue | Place): string => (typeof v === 'object' ? nameOf(v) : String(v))
