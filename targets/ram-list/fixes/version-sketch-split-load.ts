import { defineFix } from '#harness/define.js'
import type { VersionedRAMList } from '../seqlock.js'
import { sketch, walkAndStoreVersioned } from '../sketch.js'
import ramList from '../target.js'
import { covers } from '../upstream.js'

export default defineFix(ramList, {
  ...sketch,
  name: 'version-sketch-split-load',
  title: 'mru_version without a retry check, loaded as the mail has it; the host lookup is not touched',
  source: 'Paolo Bonzini, qemu-devel, 8 June 2026 (seed 000), reader C',
  expect: { broken: ['use-after-free', 'wrong-address'] },

  *qemuGetRamBlock(t, ram: VersionedRAMList, addr) {
    const version = yield* t.loadAcquire(ram.mruVersion)
    const mru = yield* t.rcuDereference(ram.mruBlock)
    yield* t.smpRmb()
    if ((yield* t.loadAcquire(ram.version)) === version && mru && covers(yield* t.plainRead(mru.range), addr))
      return mru
    return yield* walkAndStoreVersioned(t, ram, addr)
  },
})
