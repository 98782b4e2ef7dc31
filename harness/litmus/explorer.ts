import type { Chooser, Machine } from '../machine/index.js'
import { footprint, independent, type Footprint } from './footprint.js'

interface Turn {
  readonly kind: 'turn'
  /** Agents that can go here, and what each would touch. */
  readonly agents: readonly number[]
  readonly footprints: readonly Footprint[]
  /** Agents whose turn here leads to nothing new: others have tried it, and nothing has interfered since. */
  readonly asleep: Set<number>
  taken: number
}

interface Value {
  readonly kind: 'value'
  readonly width: number
  taken: number
}

/**
 * Walks the tree of all choices depth first, one execution a path, and leaves out those that only swap steps that
 * do not touch each other: sleep sets (Godefroid, "Partial-order methods for the verification of concurrent
 * systems", LNCS 1032, chapter 5).
 */
export class Explorer implements Chooser {
  private readonly path: (Turn | Value)[] = []
  private depth = 0
  /** The execution that is running has turned out to be like an earlier one. */
  redundant = false

  nextAgent(m: Machine): number {
    const known = this.path[this.depth]
    if (known?.kind === 'turn') {
      this.depth++
      return known.agents[known.taken] as number
    }
    const agents = [...m.enabled.subarray(0, m.enabledCount)]
    const footprints = agents.map((agent) => footprint(m, agent))
    const turn: Turn = { kind: 'turn', agents, footprints, asleep: this.stillAsleep(), taken: 0 }
    const first = agents.findIndex((agent) => !turn.asleep.has(agent))
    if (first < 0) {
      this.redundant = true
      m.stop()
      return agents[0] as number
    }
    turn.taken = first
    this.path.push(turn)
    this.depth++
    return agents[first] as number
  }

  nextValue(n: number): number {
    // The step that a stopped machine still takes is nobody's choice.
    if (this.redundant) return 0
    const known = this.path[this.depth]
    if (known) {
      this.depth++
      return known.taken
    }
    this.path.push({ kind: 'value', width: n, taken: 0 })
    this.depth++
    return 0
  }

  /** Who slept at the last turn, or was tried there before, and does not mind what was done instead. */
  private stillAsleep(): Set<number> {
    const last = this.path.findLast((c): c is Turn => c.kind === 'turn')
    if (!last) return new Set()
    const done = last.footprints[last.taken] as Footprint
    return new Set(
      [...last.asleep].filter((agent) => {
        const i = last.agents.indexOf(agent)
        return i >= 0 && independent(last.footprints[i] as Footprint, done)
      }),
    )
  }

  /** Turns to the next path; false when there is none. */
  advance(): boolean {
    this.depth = 0
    this.redundant = false
    for (let last = this.path.at(-1); last; last = this.path.at(-1)) {
      if (last.kind === 'value') {
        if (++last.taken < last.width) return true
      } else {
        last.asleep.add(last.agents[last.taken] as number)
        const next = last.agents.findIndex((agent) => !last.asleep.has(agent))
        if (next >= 0) {
          last.taken = next
          return true
        }
      }
      this.path.pop()
    }
    return false
  }
}
