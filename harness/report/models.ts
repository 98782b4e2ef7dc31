import { fuzzResultSchema, type FuzzResult } from '../results.js'

export const MODELS: readonly FuzzResult['memoryModel'][] = fuzzResultSchema.shape.memoryModel.options

/** What a memory model stands for, for those who do not know the short name. */
export const MODEL_TITLES: Readonly<Record<FuzzResult['memoryModel'], string>> = {
  sc: 'sequential consistency',
  tso: 'x86: store buffers',
  weak: 'arm64, POWER: C11 / LKMM-like',
}
