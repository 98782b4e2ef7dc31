import { MEMORY_MODELS } from '../machine/index.js'
import type { Answer } from './answer.js'
import type { LitmusTest } from './ast.js'
import { checkLkmm } from './check.js'
import { expected, judge, type Expected, type Verdict } from './judge.js'
import { runOnMachine } from './machine.js'
import { parse } from './parse.js'
import { Unsupported } from './unsupported.js'

/** The machine's memory models, and the kernel's. */
export const LITMUS_MODELS = ['lkmm', ...MEMORY_MODELS] as const
export type LitmusModel = (typeof LITMUS_MODELS)[number]

export type Report =
  | {
      readonly verdict: Verdict
      readonly test: LitmusTest
      readonly answer: Answer
      readonly header: Expected | null
    }
  | { readonly verdict: 'unsupported'; readonly problem: Unsupported }

/** Reads a test, runs it, and holds it against its header. */
export function runLitmus(text: string, model: LitmusModel, bound?: number): Report {
  try {
    const test = parse(text)
    const answer = model === 'lkmm' ? checkLkmm(test, bound) : runOnMachine(test, model, bound)
    const header = expected(text)
    return { verdict: judge(answer, header, model === 'lkmm'), test, answer, header }
  } catch (e) {
    if (e instanceof Unsupported) return { verdict: 'unsupported', problem: e }
    throw e
  }
}
