import { describe, expect, it } from 'vitest'
import { defineFix } from '#harness/define.js'
import type { Chooser } from '#harness/machine/index.js'
import { MEMORY_MODELS } from '#harness/machine/index.js'
import vfioUserDma, { gate, isOpen, type GatedAddressSpace } from '#targets/vfio-user-dma/index.js'
import { kinds, machine, sample } from './system.js'

describe.each(MEMORY_MODELS)('the hazards, under %s', (model) => {
  const of = (fix: string, scenario: string | object): Promise<string[]> => kinds(fix, model, scenario, 900)

  it('H3-3: munmap comes too early today, and one grace period after the unlink is enough for sections', async () => {
    for (const scenario of ['section', 'ram-list']) {
      expect(await of('baseline', scenario)).toEqual(['leak', 'use-after-free'])
      expect(await of('asynchronous-unregister', scenario)).toEqual([])
      expect(await of('by-reference-reset', scenario)).toEqual([])
    }
  })

  it('a grace period before the unlink is no help', async () => {
    expect(await of('quiesce-grace-period', 'section')).toEqual(['use-after-free'])
  })

  it('H3-4: a mapped buffer outlives any number of grace periods; a reference holds it', async () => {
    for (const scenario of ['main-loop-device', 'held-1-period', 'held-3-periods']) {
      expect(await of('asynchronous-unregister', scenario)).toEqual(['assertion', 'use-after-free'])
      expect(await of('by-reference-reset', scenario)).toEqual([])
    }
  })

  it('H3-5: whoever drops the last reference need not have the BQL', async () => {
    expect(await of('by-reference-inline', 'iothread-device')).toContain('assertion')
    expect(await of('by-reference-inline', 'main-loop-device')).toEqual([])
    expect(await of('by-reference', 'iothread-device')).toEqual([])
  })

  it('H3-6: inside an outer transaction the callback is queued before the new map is published', async () => {
    expect(await of('asynchronous-unregister', 'transaction')).toContain('use-after-free')
    expect(await of('by-reference-reset', 'transaction')).toEqual([])
  })

  it('H3-7: waiting with the BQL held deadlocks with a reader that takes it', async () => {
    expect(await of('synchronous', 'mmio')).toEqual(['deadlock'])
    expect(await of('synchronous', 'section')).toEqual([])
  })

  it('S3.8: a reset takes the regions away at once, unless it waits, too', async () => {
    for (const scenario of ['disconnect-mapped', 'object-del']) {
      expect(await of('by-reference', scenario)).toEqual(['use-after-free'])
      expect(await of('quiesce-gate-block', scenario)).toEqual(['use-after-free'])
      expect(await of('by-reference-reset', scenario)).toEqual([])
    }
  })

  it('S3.8: while a message is parked the library does not notice that the client is gone', async () => {
    expect(await of('by-reference', 'disconnect')).toEqual([])
  })

  it('S3.11: the struct leaks today; freed at once it is used by flatview_destroy()', async () => {
    expect(await of('baseline', 'view-outlives-region')).toEqual(['leak'])
    expect(await of('region-freed', 'view-outlives-region')).toEqual(['use-after-free'])
    expect(await of('by-reference-reset', 'view-outlives-region')).toEqual([])
  })

  it('S3.12: the page is mapped again, perhaps at the same address', async () => {
    expect(await of('baseline', 'map-again')).toContain('wrong-region')
    expect(await of('by-reference-reset', 'map-again')).toEqual([])
  })

  it('a gate that blocks deadlocks with whoever must go on before it opens', async () => {
    expect(await of('quiesce-gate-block', 'nested-access')).toEqual(['deadlock'])
    expect(await of('quiesce-gate-block', 'access-under-bql')).toEqual(['deadlock'])
    expect(await of('quiesce-gate-block', 'iothread-device')).toEqual([])
  })
})

it('a gate that is read without acquire lets a reader in who sees the old map, under weak', async () => {
  const relaxed = defineFix(vfioUserDma, {
    ...gate,
    name: 'relaxed-gate',
    title: 'of a test',
    source: 'a test',
    *accessBegin(t, s) {
      for (;;) {
        yield* t.rcuReadLock()
        if (isOpen(yield* t.read((s.as as GatedAddressSpace).gate))) return true
        yield* t.rcuReadUnlock()
        yield* t.cpuRelax()
      }
    },
  })
  expect(await kinds(relaxed, 'weak', 'section', 6000)).toEqual(['use-after-free'])
  expect(await kinds(relaxed, 'tso', 'section', 6000)).toEqual([])
  expect(await kinds('quiesce-gate-block', 'weak', 'section', 6000)).toEqual([])
})

describe('what only the system sees', () => {
  it('I9: a use after the reply, or one that nothing orders before it', async () => {
    expect(await kinds('reply-first', 'sc', 'section')).toEqual(['access-after-reply'])
    expect(await kinds('reply-first', 'sc', 'another-page')).toEqual([])
    // The reader goes first, and is done long before the client asks.
    const readerFirst: Chooser = {
      nextAgent: (m) => {
        const enabled = [...m.enabled.subarray(0, m.enabledCount)]
        return enabled.find((id) => m.threads[id]?.role === 'reader') ?? (enabled[0] as number)
      },
      nextValue: () => 0,
    }
    const found = async (fix: string): Promise<string[]> =>
      (await machine(fix, 'sc', 'section')).run(readerFirst).violations.map((v) => v.kind)
    expect(await found('reply-first')).toEqual(['access-after-reply'])
    expect(await found('by-reference-reset')).toEqual([])
  })

  it('I12: a parked message that is freed without a reply', async () => {
    for (const fix of ['quiesce-gate-block', 'quiesce-gate-fail', 'quiesce-grace-period'])
      expect(await kinds(fix, 'sc', 'quiesce-error')).toEqual(['lost-reply'])
    expect(await kinds('by-reference-reset', 'sc', 'quiesce-error')).toEqual([])
    expect(
      await kinds('quiesce-gate-block', 'sc', {
        mapped: 1,
        client: [{ do: 'unmap', page: 0 }],
        readers: [],
        devices: [],
      }),
    ).toEqual([])
  })

  it('I10: the event loop spins when a second request makes the socket readable', async () => {
    expect(await kinds('loop-spins', 'sc', 'second-request')).toEqual(['event-loop-spin'])
    expect(await kinds('loop-spins', 'sc', 'section')).toEqual([])
    expect(await kinds('by-reference-reset', 'sc', 'second-request')).toEqual([])
    expect(await kinds('loop-aborts', 'sc', 'section')).toEqual(['abort'])
  })

  it('a refused access, unless the client has asked for its page', async () => {
    expect(await kinds('quiesce-gate-fail', 'sc', 'another-page')).toEqual(['failed-access'])
    expect(await kinds('quiesce-gate-fail', 'sc', 'section')).toEqual([])
  })

  it('what address_space_unmap finds at its address', async () => {
    const found = sample(await machine('baseline', 'sc', 'map-again'), 3000)
    expect(found.get('wrong-region:MemoryRegion:device')?.message).toMatch(
      /unmaps a buffer of region A, and finds region A'/,
    )
    expect(await kinds('baseline', 'sc', 'main-loop-device')).not.toContain('wrong-region')
  })
})
