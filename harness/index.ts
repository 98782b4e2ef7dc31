/** What a fix file imports from `rcufuzz`; a system's own entities come from `rcufuzz/<system>`. */
export * from './machine/index.js'
export * from './define.js'
