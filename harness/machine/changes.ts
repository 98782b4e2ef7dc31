import type { Cell } from './cell.js'
import type { MemoryModel } from './memory.js'
import { Life, type Struct } from './struct.js'
import { INITIAL_TAG } from './tags.js'

/** What an execution has changed, so that the next one starts from the initial state without a look at the rest. */
export class Changes {
  // The arrays keep their length, the counts say what is in them.
  readonly cells: Cell<unknown>[] = []
  cellCount = 0
  readonly structs: Struct[] = []
  structCount = 0

  cell(cell: Cell<unknown>): void {
    cell.dirty = true
    this.cells[this.cellCount++] = cell
  }

  struct(s: Struct): void {
    s.dirty = true
    this.structs[this.structCount++] = s
  }

  undo(memory: MemoryModel): void {
    for (let i = 0; i < this.cellCount; i++) {
      const cell = this.cells[i] as Cell<unknown>
      cell.value = cell.initial
      cell.dirty = false
      cell.writer = 0
      cell.tag = INITIAL_TAG
      memory.resetCell(cell)
    }
    this.cellCount = 0
    for (let i = 0; i < this.structCount; i++) {
      const s = this.structs[i] as Struct
      s.dirty = false
      s.life = Life.Live
      s.freedBy = s.lastThread = -1
      s.lastEvent = s.age = 0
      for (let u = 0; u < s.dependency.length; u++) if (s.dependency[u]) s.dependency[u] = null
    }
    this.structCount = 0
  }
}
