import type { LookupFields } from '../define.js'
import { hashString, mix } from '../machine/hash.js'
import type { Thread } from '../machine/index.js'
import type { Cell } from '../machine/cell.js'

/** Why a lookup missed. `none`: it asked no cache; the others say why the cache's offer was not taken. */
export type MissReason = 'none' | 'empty' | 'range' | 'version' | 'odd'

/** What one thread's lookup has read so far. Nothing is known of the candidate but the fields it reads. */
export class Lookup {
  active = false
  began = 0
  walked = false
  /** Objects looked at on the walk. */
  walkLength = 0
  private offered: unknown = undefined
  private checked = false
  private odd = false

  begin(now: number): void {
    this.active = true
    this.began = now
    this.walked = this.checked = this.odd = false
    this.walkLength = 0
    this.offered = undefined
  }

  reads(fields: FieldSet, cell: Cell<unknown>): void {
    switch (cell.field) {
      case fields.visit:
        if (this.walked) this.walkLength++
        else this.checked = true
        break
      case fields.cache:
        if (!this.walked) this.offered = cell.value
        break
      case fields.version:
        if (!this.walked && (cell.value as number) % 2 === 1) this.odd = true
        break
      case fields.walk:
        this.walked = true
    }
  }

  /** Of a lookup that walked. */
  reason(): MissReason {
    if (this.checked) return 'range'
    if (this.offered === null) return 'empty'
    // A version that only counts may be odd as well; it says something where the offer was turned down.
    if (this.odd) return 'odd'
    return this.offered === undefined ? 'none' : 'version'
  }
}

/** The observed fields as the numbers that cells carry. */
export class FieldSet {
  readonly cache: number
  /** 0, which no field has, where there is none. */
  readonly version: number
  readonly walk: number
  /** 0, too, where there is none. */
  readonly visit: number

  constructor(fields: LookupFields) {
    this.cache = identity(fields.cache)
    this.version = identity(fields.version)
    this.walk = identity(fields.walk)
    this.visit = identity(fields.visit)
  }

  /** Tells the lookup what the pending operation of its thread reads, if it is a load. */
  observe(t: Thread, lookup: Lookup): void {
    switch (t.operation?.name) {
      case 'readPair':
        lookup.reads(this, t.cell2 as Cell<unknown>)
        lookup.reads(this, t.cell as Cell<unknown>)
        break
      case 'read':
      case 'plainRead':
      case 'rcuDereference':
      case 'loadAcquire':
        lookup.reads(this, t.cell as Cell<unknown>)
    }
  }
}

/** As `Struct` gives it to its cells. */
function identity(field: string | undefined): number {
  if (field === undefined) return 0
  const dot = field.indexOf('.')
  return mix(hashString(field.slice(0, dot)), hashString(field.slice(dot + 1)))
}
