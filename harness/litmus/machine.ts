import type { MemoryModelName } from '../machine/index.js'
import type { Answer } from './answer.js'
import type { LitmusTest } from './ast.js'

export function runOnMachine(_test: LitmusTest, _model: MemoryModelName, _bound?: number): Answer {
  throw new Error('to do')
}
