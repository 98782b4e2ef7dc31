/** Stands in for `harness/define.ts`: a stripped candidate keeps its system, which is stripped as well. */
export const defineTarget = <T>(target: T): T => target
export const defineFix = <T, F extends object>(target: T, fix: F): F & { readonly target: T } => ({
  ...fix,
  target,
})
