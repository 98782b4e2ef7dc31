import { describe, expect, it } from 'vitest'
import { PosDriver } from '#harness/drivers/pos.js'
import { machineFor } from '#harness/fuzz/program.js'
import { MEMORY_MODELS, type MemoryModelName } from '#harness/machine/index.js'
import { leaveBus } from '#targets/region-lifetime/device.js'
import type { RegionFix } from '#targets/region-lifetime/board.js'
import system from '#targets/region-lifetime/target.js'
import { upstream } from '#targets/region-lifetime/upstream.js'

const fix: RegionFix = { ...upstream, name: 'test', title: '', source: 'test' }

/** The signatures that sampling a hand-written scenario shows. */
function signatures(changed: Partial<RegionFix>, scenario: string, model: MemoryModelName): string[] {
  const subject = { system, fix: { ...fix, ...changed }, memoryModel: model }
  const machine = machineFor(subject as never, system.scenarios[scenario]?.scenario)
  const driver = new PosDriver()
  const found = new Set<string>()
  for (let i = 0; i < 1500; i++) {
    driver.begin(i, machine)
    for (const v of machine.run(driver).violations) found.add(v.signature)
  }
  return [...found].sort()
}

/** Nobody touches the device while it is unplugged. */
const QUIET = 'direct-access'

describe.each(MEMORY_MODELS)('the oracles under %s', (model) => {
  it('are silent where upstream does no harm', () => {
    expect(signatures({}, QUIET, model)).toEqual([])
    expect(signatures({}, 'map-held-over-three', model)).toEqual([])
  })

  it('I8: know a callback of an unrealized device, and one that merely overlaps', () => {
    const keepsState: Partial<RegionFix> = { *pciExit() {}, *deviceFinalize() {} }
    expect(signatures(keepsState, 'blocked-on-bql', model)).toContain('unrealized-owner:Device:vcpu')
    // Unrealize ends after the callback, which may well be called when it has begun.
    let overlapped = false
    const overlaps: Partial<RegionFix> = {
      ...keepsState,
      *mmioAccess(t, b, mr) {
        overlapped ||= mr.owner.value?.realized.value === 0
        yield* upstream.mmioAccess(t, b, mr)
      },
      *pciExit(t) {
        yield* t.waitFor('the vCPU', () => t.machine.threads[0]?.finished === true)
      },
    }
    expect(signatures(overlaps, 'lockless', model)).not.toContain('unrealized-owner:Device:vcpu')
    expect(overlapped).toBe(true)
  })

  it('I3: miss private state that is never freed', () => {
    expect(signatures({ *pciExit() {} }, QUIET, model)).toEqual(['leak:PrivateState'])
  })

  it('I3: miss a device that a reference too many keeps', () => {
    const leaks: Partial<RegionFix> = {
      *memoryRegionUnref() {},
    }
    expect(signatures(leaks, QUIET, model)).toContain('leak:Device')
  })

  it('I2: count references', () => {
    const dropsTwice: Partial<RegionFix> = {
      *deviceFinalize() {},
      *deviceUnref(t, b, dev) {
        yield* upstream.deviceUnref(t, b, dev)
        yield* upstream.deviceUnref(t, b, dev)
      },
    }
    expect(signatures(dropsTwice, QUIET, model)).toContain('refcount-underflow:Device.ref:call_rcu')
  })

  it('I15: see a removed device in the map', () => {
    const staysMapped: Partial<RegionFix> = {
      *deviceUnparent(t, b, dev) {
        yield* leaveBus(t, b, dev)
      },
    }
    expect(signatures(staysMapped, QUIET, model)).toContain('stale-map:AddressSpace')
  })

  it('I13: assert the BQL where a region is finalized', () => {
    expect(signatures({}, 'last-unref-in-iothread', model)).toEqual([
      'assertion:bql_locked() in memory_region_finalize:io',
    ])
    expect(signatures({}, 'map-held', model)).toEqual([])
  })
})
