/** What an exhaustive search needs of the machine, beyond its public vocabulary. */
export { Footprint } from './footprint.js'
export { BREAK_OFF } from './execution.js'
export { Relevance } from './relevance.js'
export type { Learnt } from './relevance.js'
export { State } from './state.js'
