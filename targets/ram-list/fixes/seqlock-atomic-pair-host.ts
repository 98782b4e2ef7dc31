import { defineFix } from '#harness/define.js'
import { posted, storeAtomicPair, walkAndStore } from '../posted.js'
import { seqlockReadRetry, type VersionedRAMList } from '../seqlock.js'
import ramList from '../target.js'
import { covers, coversHost, walkHost } from '../upstream.js'

export default defineFix(ramList, {
  ...posted,
  name: 'seqlock-atomic-pair-host',
  title: 'The seqlock patch, the pair loaded and stored as one, and both lookups validate it',
  source: 'seed 000, completed: qemu_ram_block_from_host compares the version too',

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

  *qemuRamBlockFromHost(t, ram: VersionedRAMList, host) {
    const [version, mru] = yield* t.readPair(ram.mruVersion, ram.mruBlock)
    if (
      !(yield* seqlockReadRetry(t, ram.version, version)) &&
      mru &&
      coversHost(yield* t.plainRead(mru.host), host)
    )
      return mru
    return yield* walkHost(t, ram, host)
  },
})
