import type { Cell } from './cell.js'
import type { Machine } from './machine.js'
import { Life, type Struct } from './struct.js'
import type { Thread } from './thread.js'

/**
 * Reachability through links, from the program's globals, in memory as it is now. A removed node may still
 * point into a list, and a validated cache may point to what is gone: neither is a link that counts. Who
 * reaches part of an allocation reaches all of it (`container_of`).
 */
export class Reachability {
  private readonly reached: Struct[] = []
  private count = 0
  private visit = 0

  constructor(private readonly m: Machine) {}

  /** The link through which the allocation is reached, as `t` sees memory (its own stores included), if it is. */
  linkTo(s: Struct, t: Thread): Cell<Struct | null> | null {
    return this.walk(s.allocation, t)
  }

  /** What is alive and cannot be reached any more. */
  leaked(): Struct[] {
    this.walk(null, null)
    const leaked: Struct[] = []
    for (const s of this.m.structs)
      if (s.life === Life.Live && s.container === null && s.visit !== this.visit) leaked.push(s)
    return leaked.sort((a, b) => a.address - b.address)
  }

  private walk(wanted: Struct | null, t: Thread | null): Cell<Struct | null> | null {
    this.visit++
    this.count = 0
    for (const s of this.m.globals) this.add(s)
    for (let i = 0; i < this.count; i++) {
      for (const link of (this.reached[i] as Struct).links) {
        const to = t ? this.m.memory.own(t, link) : link.value
        if (to === null) continue
        const allocation = to.allocation
        if (allocation === wanted) return link
        if (allocation.visit !== this.visit) this.add(allocation)
      }
    }
    return null
  }

  private add(allocation: Struct): void {
    allocation.visit = this.visit
    for (const part of allocation.parts) this.reached[this.count++] = part
  }
}
