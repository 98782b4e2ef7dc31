/** What a candidate fix is written with: `import flatview, { upstream } from 'rcufuzz/flatview'`. */
export { default } from './target.js'
export type { FlatViewFix, World } from './world.js'
export * from './entities.js'
export * from './upstream.js'
export * from './allocated.js'
export { dropRanges, steal, transactionBegin, transactionCommit } from './memory.js'
export { initWindow, pciBridgeRegionDel, takeWindows } from './pci-bridge.js'
export {
  memoryRegionRef,
  memoryRegionUnref,
  objectRef,
  objectUnref,
  regionRef,
  regionUnref,
  regionUnparent,
} from './qom.js'
