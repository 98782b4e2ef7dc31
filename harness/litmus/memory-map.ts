import type { Condition, LitmusTest, Place } from './ast.js'
import { Unsupported } from './unsupported.js'
import { addressOf, indexOf, isAddress } from './value.js'

/** The shared variables of a test: names, addresses, initial values. Arrays lie in a row. */
export class MemoryMap {
  readonly names: string[] = []
  readonly initial: number[] = []
  private readonly indices = new Map<string, number>()
  /** By thread, what its registers hold at first. */
  readonly registers: Map<string, number>[]

  constructor(test: LitmusTest) {
    this.registers = test.threads.map(() => new Map<string, number>())
    for (const { place, length, values, at } of test.init) {
      if (place.thread !== null) continue
      const n = length ?? 1
      if (values.length > n) throw new Unsupported(`${place.name} has room for ${n} values`, at)
      if (length === null) this.add(place.name)
      else for (let i = 0; i < length; i++) this.add(`${place.name}[${i}]`)
      // One number stays free after every variable: a pointer that runs out of an array points to nothing.
      this.skip()
    }
    const declare = (name: string): void => {
      if (this.indices.has(name) || this.indices.has(`${name}[0]`)) return
      this.add(name)
      this.skip()
    }
    for (const thread of test.threads) thread.parameters.forEach(declare)
    for (const { values } of test.init) for (const v of values) if (typeof v === 'string') declare(v)
    for (const { place, values, at } of test.init) {
      values.forEach((value, i) => {
        const number = typeof value === 'number' ? value : this.address(value)
        if (place.thread === null) {
          const first = this.indexOfName(place.name)
          this.initial[first + i] = number
        } else {
          const registers = this.registers[place.thread]
          if (!registers) throw new Unsupported(`there is no thread P${place.thread}`, at)
          registers.set(place.name, number)
        }
      })
    }
    for (const place of placesOf(test))
      if (place.thread === null && !this.has(place.name)) declare(place.name)
  }

  private add(name: string): void {
    this.indices.set(name, this.names.length)
    this.names.push(name)
    this.initial.push(0)
  }

  private skip(): void {
    this.names.push('')
    this.initial.push(0)
  }

  has(name: string): boolean {
    return this.indices.has(name) || this.indices.has(`${name}[0]`)
  }

  /** The index of a variable, or of an array's first element. */
  indexOfName(name: string): number {
    const index = this.indices.get(name) ?? this.indices.get(`${name}[0]`)
    if (index === undefined) throw new Unsupported(`there is no shared variable ${name}`, null)
    return index
  }

  address(name: string): number {
    return addressOf(this.indexOfName(name))
  }

  /** The location at an address; -1 if there is none. */
  locationAt(address: number): number {
    const index = indexOf(address)
    return isAddress(address) && this.names[index] ? index : -1
  }

  /** As herd7 prints it: a number, or the name of what a pointer points to. */
  show(value: number): string {
    return isAddress(value) ? (this.names[indexOf(value)] ?? '?') : String(value)
  }
}

/** The registers and variables that a test's final states show, each once, in herd7's order. */
export function shownPlaces(test: LitmusTest): Place[] {
  const shown: Place[] = [...test.locations]
  collect(test.condition, shown)
  return distinct(shown)
}

function placesOf(test: LitmusTest): Place[] {
  const all = [...test.locations]
  collect(test.condition, all)
  if (test.filter) collect(test.filter, all)
  return all
}

function collect(c: Condition, into: Place[]): void {
  if (c.kind === 'equal') {
    into.push(c.place)
    if (typeof c.value === 'object') into.push(c.value)
  } else if (c.kind === 'not') collect(c.of, into)
  else if (c.kind !== 'true' && c.kind !== 'false') {
    collect(c.left, into)
    collect(c.right, into)
  }
}

function distinct(places: readonly Place[]): Place[] {
  const byName = new Map(places.map((p) => [nameOf(p), p]))
  return [...byName.values()].sort(
    (a, b) =>
      (a.thread ?? Infinity) - (b.thread ?? Infinity) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )
}

export const nameOf = (p: Place): string => (p.thread === null ? p.name : `${p.thread}:${p.name}`)
