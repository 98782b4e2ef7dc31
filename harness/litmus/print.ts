import { observation, type Answer } from './answer.js'
import type { LitmusTest } from './ast.js'
import { show } from './condition.js'

const KIND = { exists: 'Allowed', 'not-exists': 'Forbidden', forall: 'Required' }
const QUANTIFIER = { exists: 'exists', 'not-exists': '~exists', forall: 'forall' }

/** Whether the test's condition, with its quantifier, is met. */
export function validated({ quantifier }: LitmusTest, { positive, negative }: Answer): boolean {
  return quantifier === 'exists' ? positive > 0 : quantifier === 'forall' ? negative === 0 : positive === 0
}

/** The answer as herd7 prints it; without its hash, which is herd7's own. */
export function print(test: LitmusTest, answer: Answer, milliseconds: number): string {
  const { name, quantifier, condition } = test
  return [
    `Test ${name} ${KIND[quantifier]}`,
    `States ${answer.states.length}`,
    ...answer.states,
    validated(test, answer) ? 'Ok' : 'No',
    'Witnesses',
    `Positive: ${answer.positive} Negative: ${answer.negative}`,
    ...answer.flags.map((flag) => `Flag ${flag}`),
    ...answer.bounds.map((bound) => `Bound ${bound}`),
    `Condition ${QUANTIFIER[quantifier]} (${show(condition)})`,
    `Observation ${name} ${observation(answer)} ${answer.positive} ${answer.negative}`,
    `Time ${name} ${(milliseconds / 1000).toFixed(2)}`,
    '',
  ].join('\n')
}
