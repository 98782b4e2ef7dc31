import type { Choices } from '../drivers/replay.js'

/** An execution that reached something new: what repeats it, and what it reached. */
export interface Input {
  readonly scenario: unknown
  readonly choices: Choices
  /** The coverage points that were new then. */
  readonly points: readonly number[]
  /** Which execution it was, counted from 1. */
  readonly execution: number
  /** What a byte-oriented engine made it from. */
  readonly bytes?: string
}

/**
 * The inputs of a job, in the order in which they were kept, a line of JSON each: a text that only grows, so
 * that what a shard starts from is a beginning of it.
 */
export type InputLog = string

export const logLine = (input: Input): string => `${JSON.stringify(input)}\n`

/** The last text that was read, and its inputs: the shards of a round all start from the same. */
let last: { readonly log: InputLog; readonly inputs: readonly Input[] } = { log: '', inputs: [] }

export function readLog(log: InputLog): readonly Input[] {
  if (log !== last.log) {
    const lines = log.split('\n')
    lines.pop()
    last = { log, inputs: lines.map((line) => JSON.parse(line) as Input) }
  }
  return last.inputs
}
