import { describe, expect, it } from 'vitest'
import { bundlePlain } from '#harness/bench/bundle.js'
import { crosscheck } from '#harness/bench/crosscheck.js'
import { Thread as PlainThread } from '#harness/bench/plain/machine.js'
import { Thread } from '#harness/machine/thread.js'
import { loadFixes, loadSystem, systemNames } from '#harness/registry.js'

/** How the machine drives a thread, and what only its own call_rcu thread asks for. */
const MACHINERY = [
  'constructor',
  'identify',
  'next',
  'reset',
  'request',
  'requestTwo',
  'othersProgress',
  'seesNewest',
  'awaitCallbacks',
  'dequeueCallback',
]

describe('plain memory, in the place of the machine', () => {
  it('has every operation that a candidate may use', () => {
    const plain = Object.getOwnPropertyNames(PlainThread.prototype)
    const all = Object.getOwnPropertyNames(Thread.prototype).filter((name) => !MACHINERY.includes(name))
    expect(all.length).toBeGreaterThan(40)
    expect(all.filter((name) => !plain.includes(name))).toEqual([])
  })

  it.each(systemNames())(
    'answers as the machine does, on every path of every candidate: %s',
    async (name) => {
      const paths = Object.entries((await loadSystem(name)).bench?.paths ?? {})
      const differing: string[] = []
      for (const { fix, module } of await loadFixes(name)) {
        const bundle = paths.length > 0 ? await bundlePlain(module) : ''
        for (const [path, description] of paths) {
          const differs = await crosscheck(fix, description, path, bundle)
          if (differs !== null) differing.push(`${fix.name}, ${path}: ${differs}`)
        }
      }
      expect(differing).toEqual([])
    },
    60_000,
  )
})
