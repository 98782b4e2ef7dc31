/** What a search has done so far. */
export interface Counts {
  /** Executions that ran to their end. */
  complete: number
  /** Executions that were broken off in a state from which nothing new can follow: it was met before. */
  known: number
  /** Executions that were broken off because each of their next steps was asleep. */
  blocked: number
  states: number
  transitions: number
  steps: number
  depth: number
}

export const NOTHING: Counts = {
  complete: 0,
  known: 0,
  blocked: 0,
  states: 0,
  transitions: 0,
  steps: 0,
  depth: 0,
}

/** What two parts of a search have done together. */
export function sum(a: Counts, b: Counts): Counts {
  return {
    complete: a.complete + b.complete,
    known: a.known + b.known,
    blocked: a.blocked + b.blocked,
    states: a.states + b.states,
    transitions: a.transitions + b.transitions,
    steps: a.steps + b.steps,
    depth: Math.max(a.depth, b.depth),
  }
}

export const executionsOf = ({ complete, known, blocked }: Counts): number => complete + known + blocked
