import type { At } from './ast.js'

/** Something in a test that cannot be answered for. Counted apart: never as an answer. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported'
  constructor(
    readonly what: string,
    readonly at: At | null,
  ) {
    super(at ? `${at.line}:${at.column}: ${what}` : what)
  }
}
