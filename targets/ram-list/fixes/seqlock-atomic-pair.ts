import { defineFix } from '#harness/define.js'
import { posted, storeAtomicPair, walkAndStore } from '../posted.js'
import { seqlockReadRetry, type VersionedRAMList } from '../seqlock.js'
import ramList from '../target.js'
import { covers } from '../upstream.js'

export default defineFix(ramList, {
  ...posted,
  name: 'seqlock-atomic-pair',
  title: 'The seqlock patch with the pair loaded and stored as one; the host lookup is not touched',
  source: 'Peter Xu, qemu-devel, 8 June 2026 (seed 000), with a 16-byte load as well',
  expect: { broken: ['use-after-free'] },

  *qemuGetRamBlock(t, ram: VersionedRAMList, addr) {
    const [version, mru] = yield* t.readPair(ram.mruVersion, ram.mruBlock)
    if (
      !(yield* seqlockReadRetry(t, ram.version, version)) &&
      mru &&
      covers(yield* t.plainRead(mru.range), addr)
    )
      return mru
    return yield* walkAndStore(t, ram, addr, storeAtomicPair)
  },
})
