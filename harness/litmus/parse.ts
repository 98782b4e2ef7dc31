import peggy from 'peggy'
import type { LitmusTest, ThreadText } from './ast.js'
import { GRAMMAR } from './grammar.js'
import { Unsupported } from './unsupported.js'

type Numbered = Omit<LitmusTest, 'threads'> & {
  readonly threads: readonly (ThreadText & { readonly number: number })[]
}

let parser: peggy.Parser | null = null

/** Reads a test. What cannot be read is `Unsupported`, with line and column. */
export function parse(text: string): LitmusTest {
  parser ??= peggy.generate(GRAMMAR, { cache: false })
  let test: Numbered
  try {
    test = parser.parse(text) as Numbered
  } catch (e) {
    if (!(e instanceof parser.SyntaxError)) throw e
    const { line, column } = e.location.start
    throw new Unsupported(e.message, { line, column })
  }
  test.threads.forEach((thread, i) => {
    if (thread.number !== i)
      throw new Unsupported(`thread P${thread.number} stands where P${i} is expected`, thread.at)
  })
  return test
}
