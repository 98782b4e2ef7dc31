/**
 * Vector clocks (Mattern, 1989), one component a thread. Clocks of successive executions never fall back:
 * an execution starts above everything the last one wrote, so stale entries read as "long ago" and nothing
 * has to be cleared between executions: joining a clock of an earlier one changes nothing.
 */
export type Clock = Int32Array

/** dst := dst ⊔ src */
export function join(dst: Clock, src: Clock): void {
  for (let i = 0; i < dst.length; i++) {
    const v = src[i] as number
    if (v > (dst[i] as number)) dst[i] = v
  }
}

/** dst := src; a loop beats `set` at these lengths. */
export function copy(dst: Clock, src: Clock): void {
  for (let i = 0; i < dst.length; i++) dst[i] = src[i] as number
}

/** The components that no thread has reached yet. */
export const NEVER = 0x7fffffff
