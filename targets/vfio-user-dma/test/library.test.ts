import { describe, expect, it } from 'vitest'
import { defineFix } from '#harness/define.js'
import vfioUserDma, {
  byReference,
  memoryRegionFromHost,
  parking,
  runUntilIdle,
  unlinkMapping,
  vfuDeviceQuiesced,
  vfuDeviceUnmapped,
  vfuResetCtxAsync,
  vfuRunCtx,
} from '#targets/vfio-user-dma/index.js'
import { kinds } from './system.js'

const own = { title: 'of a test', source: 'a test' }
const repaired = { ...byReference, vfuResetCtx: vfuResetCtxAsync }

/** What libvfio-user does whoever uses it: the facts that the candidates must live with. */
describe('the library', () => {
  it('parks one message, and reads no other until it goes on', async () => {
    const fix = defineFix(vfioUserDma, {
      ...repaired,
      ...own,
      name: 'asks-again',
      *vfuObjectCtxRun(t, s) {
        if ((yield* runUntilIdle(t, s)) !== 'EBUSY') return
        const received = yield* t.plainRead(s.vfu.received)
        t.assert((yield* vfuRunCtx(t, s)) === 'EBUSY', 'EBUSY')
        t.assert((yield* t.plainRead(s.vfu.received)) === received, 'nothing was read')
        yield* t.plainWrite(s.vfu.pollFd, 0)
      },
    })
    expect(await kinds(fix, 'sc', 'second-request')).toEqual([])
  })

  it('must not be called back from one of its callbacks', async () => {
    const fix = defineFix(vfioUserDma, {
      ...repaired,
      ...own,
      name: 'calls-back-at-once',
      *dmaUnregister(t, s, mapping) {
        yield* vfuDeviceUnmapped(t, s, mapping)
        return 'EBUSY'
      },
    })
    expect(await kinds(fix, 'sc', 'view-outlives-region')).toContain('assertion')
  })

  it('unmaps all regions of UNMAP_ALL before it replies, in whatever order they come back', async () => {
    const all = { mapped: 2, client: [{ do: 'unmap-all' }], devices: [] }
    const readers = [[{ do: 'read', page: 0 }], [{ do: 'read', page: 1 }]]
    expect(await kinds('asynchronous-unregister', 'sc', { ...all, readers })).toEqual([])
    const devices = [0, 1].map((page) => ({ page, during: [{ do: 'use' }] }))
    expect(await kinds('by-reference-reset', 'sc', { ...all, readers: [], devices })).toEqual([])
  })

  it('S3.7: a region that is being unmapped is asked for again by a reset, and must not be unlinked twice', async () => {
    const fix = defineFix(vfioUserDma, {
      ...byReference,
      ...own,
      name: 'unlinks-twice',
      *dmaUnregister(t, s, mapping) {
        yield* unlinkMapping(t, s, mapping)
        return 'EBUSY'
      },
    })
    expect(await kinds(fix, 'sc', 'object-del')).toEqual([
      'assertion',
      'refcount-underflow',
      'use-after-free',
    ])
    expect(await kinds(fix, 'sc', 'unmap-then-all')).toEqual([])
    expect(await kinds('by-reference', 'sc', 'object-del')).toEqual(['use-after-free'])
  })

  it('takes a completion of what it does not wait for as an error, and does nothing', async () => {
    const fix = defineFix(vfioUserDma, {
      ...parking,
      ...own,
      name: 'completes-too-much',
      *vfuObjectCtxRun(t, s) {
        const mapping = yield* t.plainRead(s.vfu.regions[1] as (typeof s.vfu.regions)[number])
        yield* runUntilIdle(t, s)
        yield* vfuDeviceQuiesced(t, s, false)
        if (mapping && (yield* memoryRegionFromHost(t, s, mapping)) === null)
          yield* vfuDeviceUnmapped(t, s, mapping)
      },
    })
    const events = { mapped: 2, client: [{ do: 'unmap', page: 1 }], readers: [], devices: [] }
    expect(await kinds(fix, 'sc', events)).toEqual(['leak'])
  })
})
