import { defineFix } from '#harness/define.js'
import ramList from '../target.js'
import { listInsert, listRemove, reclaimRamBlock, upstream, walk, walkHost } from '../upstream.js'

export default defineFix(ramList, {
  ...upstream,
  name: 'no-mru',
  title: 'No MRU at all: always walk',
  source: 'The fallback that seed 000 names for hosts without 128-bit atomics',

  *qemuGetRamBlock(t, ram, addr) {
    return yield* walk(t, ram, addr)
  },

  *qemuRamBlockFromHost(t, ram, host) {
    return yield* walkHost(t, ram, host)
  },

  *ramBlockAdd(t, ram, block) {
    yield* t.lock(ram.mutex)
    yield* listInsert(t, ram, block)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.unlock(ram.mutex)
  },

  *qemuRamFree(t, ram, block) {
    yield* t.lock(ram.mutex)
    yield* listRemove(t, ram, block)
    yield* t.storeRelease(ram.version, (yield* t.plainRead(ram.version)) + 1)
    yield* t.callRcu(block.rcu, reclaimRamBlock, block)
    yield* t.unlock(ram.mutex)
  },
})
