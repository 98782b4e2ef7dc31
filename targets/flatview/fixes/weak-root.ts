import { defineFix } from '#harness/define.js'
import flatview from '../target.js'
import { upstream, weaklyRooted } from '../upstream.js'

export default defineFix(flatview, {
  ...weaklyRooted,
  name: 'weak-root',
  title: "The root as a weak reference, cleared by the region's finalize (as posted)",
  source: 'Akihiko Odaki, qemu-devel, October 2025 (seed 004)',
  // g_hash_table_steal_extended calls no destroy-notify: the reference that the hash held is nobody's.
  expect: { broken: ['leak'] },

  *memoryRegionFinalize(t, w, mr) {
    yield* weaklyRooted.stealView(t, w, mr)
    yield* upstream.memoryRegionFinalize(t, w, mr)
  },
})
