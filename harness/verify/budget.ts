import type { Machine } from '../machine/index.js'

/**
 * A limit on how far an execution may be from one in which every thread runs until it blocks:
 * - `preemptions`: how often a thread is interrupted that could go on (Musuvathi and Qadeer, "Iterative context
 *   bounding", PLDI 2007). A store buffer that drains interrupts nobody.
 * - `delays`: how often a round-robin scheduler skips who is next (Emmi, Qadeer and Rakamaric, POPL 2011).
 */
export interface Budget {
  readonly kind: 'preemptions' | 'delays'
  readonly limit: number
}

/** What it costs to let `agent` take the next step, when `last` was the last thread to take one. */
export function cost(kind: Budget['kind'], m: Machine, agent: number, last: number): number {
  return kind === 'preemptions' ? preemption(m, agent, last) : delays(m, agent, last)
}

function preemption(m: Machine, agent: number, last: number): number {
  if (agent >= m.capacity || agent === last) return 0
  return isEnabled(m, last) ? 1 : 0
}

/** How many enabled agents come before this one, in a round that starts with the last thread. */
function delays(m: Machine, agent: number, last: number): number {
  const n = m.enabled.length
  const turn = (a: number): number => (a - Math.max(last, 0) + n) % n
  let before = 0
  for (let i = 0; i < m.enabledCount; i++) if (turn(m.enabled[i] as number) < turn(agent)) before++
  return before
}

function isEnabled(m: Machine, agent: number): boolean {
  for (let i = 0; i < m.enabledCount; i++) if (m.enabled[i] === agent) return true
  return false
}
