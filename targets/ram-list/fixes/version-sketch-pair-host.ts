import { defineFix } from '#harness/define.js'
import type { VersionedRAMList } from '../seqlock.js'
import { sketch, walkAndStoreVersioned } from '../sketch.js'
import ramList from '../target.js'
import { covers, coversHost, walkHost } from '../upstream.js'

export default defineFix(ramList, {
  ...sketch,
  name: 'version-sketch-pair-host',
  title: 'mru_version without a retry check, and both lookups validate the pair, loaded as one',
  source: 'Paolo Bonzini, qemu-devel, 8 June 2026 (seed 000), completed for qemu_ram_block_from_host',

  *qemuGetRamBlock(t, ram: VersionedRAMList, addr) {
    const [version, mru] = yield* t.readPair(ram.mruVersion, ram.mruBlock)
    yield* t.smpRmb()
    if ((yield* t.loadAcquire(ram.version)) === version && mru && covers(yield* t.plainRead(mru.range), addr))
      return mru
    return yield* walkAndStoreVersioned(t, ram, addr)
  },

  *qemuRamBlockFromHost(t, ram: VersionedRAMList, host) {
    const [version, mru] = yield* t.readPair(ram.mruVersion, ram.mruBlock)
    yield* t.smpRmb()
    if (
      (yield* t.loadAcquire(ram.version)) === version &&
      mru &&
      coversHost(yield* t.plainRead(mru.host), host)
    )
      return mru
    return yield* walkHost(t, ram, host)
  },
})
