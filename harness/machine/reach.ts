import type { Cell } from './cell.js'
import { Life, type Struct } from './struct.js'

/**
 * Reachability through links, from the program's globals, in memory as it is now. A removed node may still
 * point into a list, and a validated cache may point to what is gone: neither is a link that counts.
 */
export class Reachability {
  private readonly reached: Struct[] = []
  private count = 0
  private visit = 0

  constructor(
    private readonly globals: readonly Struct[],
    private readonly structs: readonly Struct[],
  ) {}

  /** The link through which the object is reached, if it is. */
  linkTo(s: Struct): Cell<Struct | null> | null {
    return this.walk(s)
  }

  /** What is alive and cannot be reached any more. */
  leaked(): Struct[] {
    this.walk(null)
    const leaked: Struct[] = []
    for (const s of this.structs) if (s.life === Life.Live && s.visit !== this.visit) leaked.push(s)
    return leaked
  }

  private walk(wanted: Struct | null): Cell<Struct | null> | null {
    this.visit++
    this.count = 0
    for (const s of this.globals) this.add(s)
    for (let i = 0; i < this.count; i++) {
      for (const link of (this.reached[i] as Struct).links) {
        const to = link.value
        if (to === null) continue
        if (to === wanted) return link
        if (to.visit !== this.visit) this.add(to)
      }
    }
    return null
  }

  private add(s: Struct): void {
    s.visit = this.visit
    this.reached[this.count++] = s
  }
}
