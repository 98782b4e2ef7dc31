import type { Branches } from './estimate.js'
import { bits, type Frame } from './frame.js'

/** A part of a search that is still to be done: the next path, and what is to be tried instead of its steps. */
export interface Path {
  readonly frames: readonly Readonly<Frame>[]
  readonly values: readonly number[]
  readonly widths: readonly number[]
}

/** From the root on: at each frame who takes the step, then which values it chooses. */
export function* branches({ frames, values, widths }: Path): Iterable<Branches> {
  for (const [d, { rank, todo, width, fixed, values: first }] of frames.entries()) {
    yield { rank, later: bits(todo) - 1, width }
    const end = frames[d + 1]?.values ?? values.length
    for (let i = first; i < end; i++) {
      const [value, width] = [values[i] as number, widths[i] as number]
      yield { rank: value, later: fixed ? 0 : width - 1 - value, width }
    }
  }
}

/**
 * Divides what is to be done, as near to the root as possible: the path as it is, and all that comes after it
 * there. Null if there is nothing else.
 */
export function split(path: Path): readonly [Path, Path] | null {
  for (let d = 0; d < path.frames.length; d++) {
    const parts = byValue(path, d) ?? byAgent(path, d)
    if (parts) return parts
  }
  return null
}

/** One part takes the values that the step of a frame has chosen, the other all that are left, and all other steps. */
function byValue(path: Path, d: number): readonly [Path, Path] | null {
  const frame = path.frames[d] as Frame
  const end = path.frames[d + 1]?.values ?? path.values.length
  let last = end - 1
  while (last >= frame.values && (path.values[last] as number) + 1 === path.widths[last]) last--
  if (frame.agent < 0 || frame.fixed || last < frame.values) return null
  const values = path.values.slice(0, last + 1)
  values[last] = (values[last] as number) + 1
  return [
    {
      ...path,
      frames: path.frames.with(d, { ...frame, todo: 1 << frame.agent, fixed: true }),
    },
    {
      // Whether the step commutes with anything may turn out in the other part only.
      frames: path.frames.slice(0, d + 1).with(d, { ...frame, isLoud: true }),
      values,
      widths: path.widths.slice(0, last + 1),
    },
  ]
}

/** One part takes the step of a frame, the other all other steps, with that one asleep. */
function byAgent(path: Path, d: number): readonly [Path, Path] | null {
  const frame = path.frames[d] as Frame
  const others = frame.agent < 0 ? frame.todo & (frame.todo - 1) : frame.todo & ~(1 << frame.agent)
  if (others === 0) return null
  const taken = frame.todo & ~others
  // Of the last step it is not known yet whether it commutes with anything.
  const loud = frame.isLoud || d === path.frames.length - 1 ? taken : 0
  const rest = {
    ...frame,
    agent: -1,
    todo: others,
    asleep: frame.asleep | taken,
    loud: frame.loud | loud,
    isLoud: false,
    rank: frame.rank + 1,
  }
  return [
    { ...path, frames: path.frames.with(d, { ...frame, todo: taken }) },
    {
      frames: path.frames.slice(0, d).concat(rest),
      values: path.values.slice(0, frame.values),
      widths: path.widths.slice(0, frame.values),
    },
  ]
}
