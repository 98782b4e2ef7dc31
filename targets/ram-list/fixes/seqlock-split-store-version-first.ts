import { defineFix } from '#harness/define.js'
import type { Coroutine, Thread } from '#harness/machine/index.js'
import type { RAMBlock } from '../entities.js'
import { posted, walkAndStore } from '../posted.js'
import { seqlockReadRetry, type VersionedRAMList } from '../seqlock.js'
import ramList from '../target.js'
import { covers } from '../upstream.js'

export default defineFix(ramList, {
  ...posted,
  name: 'seqlock-split-store-version-first',
  title: 'The seqlock patch without 128-bit atomics: two stores, the version first',
  source: 'What remains of seed 000 without CONFIG_ATOMIC128',
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
    return yield* walkAndStore(t, ram, addr, storeSplit)
  },
})

function* storeSplit(t: Thread, ram: VersionedRAMList, version: number, block: RAMBlock): Coroutine<void> {
  yield* t.write(ram.mruVersion, version)
  yield* t.write(ram.mruBlock, block)
}
