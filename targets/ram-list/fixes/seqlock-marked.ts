import { defineFix } from '#harness/define.js'
import { posted, storeAtomicPair, walkAndStore } from '../posted.js'
import { seqlockReadRetry, type VersionedRAMList } from '../seqlock.js'
import ramList from '../target.js'
import { covers } from '../upstream.js'

export default defineFix(ramList, {
  ...posted,
  name: 'seqlock-marked',
  title: 'The seqlock patch with qatomic_read of mru_version: two separate loads of the pair',
  source: 'Peter Xu, qemu-devel, 8 June 2026 (seed 000), with its plain read marked',
  expect: { broken: ['use-after-free', 'wrong-address'] },

  *qemuGetRamBlock(t, ram: VersionedRAMList, addr) {
    const version = yield* t.read(ram.mruVersion)
    const mru = yield* t.rcuDereference(ram.mruBlock)
    if (
      !(yield* seqlockReadRetry(t, ram.version, version)) &&
      mru &&
      covers(yield* t.plainRead(mru.range), addr)
    )
      return mru
    return yield* walkAndStore(t, ram, addr, storeAtomicPair)
  },
})
