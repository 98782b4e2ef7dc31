// The pool loads its worker with `require` first, which must not meet an ES module that is being imported.
import type work from './worker.js' with { 'resolution-mode': 'import' }

type Work = typeof work

const entry = async (...args: Parameters<Work>): ReturnType<Work> => {
  const { default: run } = await import('./worker.js')
  return run(...args)
}

export = entry
