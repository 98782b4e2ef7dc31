import { describe, expect, it } from 'vitest'
import { MEMORY_MODELS } from '#harness/machine/index.js'
import { loadFixes, loadSystem } from '#harness/registry.js'
import type { RegionFix } from '#targets/region-lifetime/board.js'
import type { Scenario } from '#targets/region-lifetime/scenario.js'
import { upstream } from '#targets/region-lifetime/upstream.js'
import { subject } from '../../../test/subjects.js'
import { againstSampling, decidesByDefault, searched } from '../../../test/verify/searches.js'

const system = await loadSystem('region-lifetime')
const candidates = await loadFixes('region-lifetime')

const named = (name: string): unknown => system.scenarios[name]?.scenario

describe.each(MEMORY_MODELS)('under %s', (memoryModel) => {
  it('what the oracle alone knows is neither forgotten nor passed over', () => {
    // Nothing but the oracle tells whether the fence has been passed.
    const fix: RegionFix = {
      ...upstream,
      name: 'test',
      title: '',
      source: 'test',
      *deviceUnparent(t, b, dev) {
        yield* t.smpWmb()
        b.oracle?.unrealized(dev)
      },
    }
    const of = { system, fix, memoryModel }
    const scenario: Scenario = {
      devices: ['lockless'],
      vcpus: [{ slice: false, events: [{ do: 'access', slot: 0 }] }],
      maps: [],
      main: [{ do: 'unplug', slot: 0, from: 'main' }],
      dynamicRegion: false,
    }
    for (const reduction of ['all', 'commuting', 'states'] as const)
      expect([reduction, searched(of, scenario, reduction).errors]).toEqual([
        reduction,
        ['unrealized-owner:Device:vcpu'],
      ])
  })

  it('no violation that sampling finds is missed', () => {
    let broken = 0
    for (const { fix } of candidates)
      for (const name of ['lockless', 'guest-eject', 'nested-transaction']) {
        const { missed, broken: breaks } = againstSampling({ system, fix, memoryModel }, named(name), 100)
        expect({ fix: fix.name, name, missed }).toEqual({ fix: fix.name, name, missed: [] })
        if (breaks) broken++
      }
    expect(broken).toBeGreaterThan(15)
  })

  it('the default bounds verify each candidate that holds, and break each other one as it says', () => {
    for (const { fix } of candidates) decidesByDefault({ system, fix, memoryModel })
  })
})

// Under tso, where stores may wait for ever at no cost, these take too long.
describe('under sc', () => {
  it.each([
    ['baseline', 'blocked-on-bql'],
    ['baseline', 'last-unref-in-iothread'],
    ['finalize-frees-state', 'blocked-on-bql'],
    ['reject-unrealized', 'lockless'],
    ['reject-unrealized', 'blocked-on-bql'],
    ['reject-unrealized-bql', 'lockless'],
    ['separate-region-mutual', 'dynamic-region'],
    ['unparent-waits', 'guest-eject'],
    ['unrealize-in-callback', 'nested-transaction-lockless'],
    ['unrealize-in-callback-guarded', 'nested-transaction'],
  ])('all that is found of %s in %s is found without any reduction, in one preemption', async (fix, name) => {
    const of = await subject('region-lifetime', fix, 'sc')
    expect(searched(of, named(name)).errors).toEqual(searched(of, named(name), 'all', 1).errors)
  })

  it('remembering states changes no verdict', () => {
    for (const { fix } of candidates) {
      const of = { system, fix, memoryModel: 'sc' as const }
      expect([fix.name, searched(of, named('blocked-on-bql')).errors]).toEqual([
        fix.name,
        searched(of, named('blocked-on-bql'), 'commuting').errors,
      ])
    }
  })
})
