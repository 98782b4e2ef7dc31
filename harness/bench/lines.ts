import type { StructLayout } from '../define.js'
import type { Struct } from '../machine/index.js'
import { Mutex } from '../machine/sync.js'
import { RcuHead } from '../machine/rcu.js'
import { Cell } from '../machine/cell.js'

const LINE_BYTES = 64
const WORD_BYTES = 8

const NOBODY = -1
const SHARED = -2

/** One cache line, and which threads (one core each) have a copy of it. */
export class Line {
  /** The thread that may store to it without asking. */
  owner = NOBODY
  /** When its last move to an exclusive owner ends. */
  free = 0
  private readonly copies: Uint8Array

  constructor(capacity: number) {
    this.copies = new Uint8Array(capacity)
  }

  get cached(): boolean {
    return this.owner !== NOBODY
  }

  isCopiedBy(id: number): boolean {
    return this.copies[id] === 1
  }

  share(id: number): void {
    this.owner = SHARED
    this.copies[id] = 1
  }

  take(id: number): void {
    this.copies.fill(0)
    this.owner = id
    this.copies[id] = 1
  }

  reset(): void {
    this.owner = NOBODY
    this.free = 0
    this.copies.fill(0)
  }
}

/** What can be stored to. */
type Place = Cell<unknown> | Mutex | RcuHead

/** Which line every place lies on: by the declared layout, else packed in the order of declaration. */
export class Lines {
  /** Of cells, by the number that the machine gives each; and of what else can be stored to. */
  private readonly byCell: (Line | undefined)[] = []
  private readonly byPlace = new Map<object, Line>()
  private readonly all: Line[] = []

  constructor(
    private readonly capacity: number,
    private readonly layout: { readonly [type: string]: StructLayout },
  ) {}

  /** A line that is no struct's. */
  fresh(): Line {
    const line = new Line(this.capacity)
    this.all.push(line)
    return line
  }

  ofCell(cell: Cell<unknown>): Line {
    const line = this.byCell[cell.resource]
    if (line) return line
    this.lay(cell.owner)
    return this.byCell[cell.resource] as Line
  }

  /** A mutex or head that no struct claims is alone on its line. */
  of(place: Mutex | RcuHead): Line {
    let line = this.byPlace.get(place)
    if (!line) this.byPlace.set(place, (line = this.fresh()))
    return line
  }

  /** Mutexes inside a struct are found through the struct, so it has to be known before they are locked. */
  lay(s: Struct): void {
    const names = fieldsOf(s)
    const lines = new Map<number, Line>()
    let offset = 0
    for (const [name, bytes] of spread(this.layout[s.typeName] ?? [['*', WORD_BYTES]], [...names.keys()])) {
      const align = Math.min(bytes, WORD_BYTES)
      offset = Math.ceil(offset / align) * align
      const place = names.get(name)
      if (place) {
        const n = Math.floor(offset / LINE_BYTES)
        let line = lines.get(n)
        if (!line) lines.set(n, (line = this.fresh()))
        if (place instanceof Cell) this.byCell[place.resource] = line
        else this.byPlace.set(place, line)
      }
      offset += bytes
    }
  }

  reset(): void {
    for (const line of this.all) line.reset()
  }
}

/** The modelled fields of a struct by their C names. */
function fieldsOf(s: Struct): Map<string, Place> {
  const fields = new Map<string, Place>()
  for (const cell of s.cells) fields.set(cell.name, cell)
  for (const [property, value] of Object.entries(s) as [string, unknown][]) {
    if (value instanceof RcuHead) fields.set(value.name, value)
    else if (value instanceof Mutex) fields.set(property, value)
  }
  return fields
}

/** Puts the fields that the layout does not name in the place of its `*`, or at its end. */
function spread(layout: StructLayout, names: readonly string[]): [string, number][] {
  const named = new Set(layout.map(([name]) => name))
  const rest = names.filter((name) => !named.has(name)).map((name): [string, number] => [name, WORD_BYTES])
  const star = layout.findIndex(([name]) => name === '*')
  if (star < 0) return [...layout.map(([n, b]): [string, number] => [n, b]), ...rest]
  return [
    ...layout.slice(0, star).map(([n, b]): [string, number] => [n, b]),
    ...rest,
    ...layout.slice(star + 1).map(([n, b]): [string, number] => [n, b]),
  ]
}
