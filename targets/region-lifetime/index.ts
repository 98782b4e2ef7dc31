/** What a candidate fix of the region lifetime is written with: `from 'rcufuzz/region-lifetime'`. */
export { default } from './target.js'
export type { Board, RegionFix } from './board.js'
export * from './entities.js'
export * from './memory.js'
export * from './device.js'
export * from './upstream.js'
