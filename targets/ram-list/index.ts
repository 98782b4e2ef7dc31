/** What a candidate fix of the RAM list is written with: `import ramList, { upstream } from 'rcufuzz/ram-list'`. */
export { default } from './target.js'
export type { RamListFix } from './world.js'
export * from './entities.js'
export * from './upstream.js'
export * from './seqlock.js'
export * from './posted.js'
export * from './sketch.js'
