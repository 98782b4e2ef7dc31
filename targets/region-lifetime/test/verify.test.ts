import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PosDriver } from '#harness/drivers/pos.js'
import { expectation, machineFor, type Subject } from '#harness/fuzz/program.js'
import { MEMORY_MODELS, type Violation } from '#harness/machine/index.js'
import { loadFixes, loadSystem } from '#harness/registry.js'
import { Explorer } from '#harness/verify/explore.js'
import { Search, type Reduction } from '#harness/verify/search.js'
import type { RegionFix } from '#targets/region-lifetime/board.js'
import type { Scenario } from '#targets/region-lifetime/scenario.js'
import { upstream } from '#targets/region-lifetime/upstream.js'
import { subject } from '../../../test/subjects.js'

const system = await loadSystem('region-lifetime')
const candidates = await loadFixes('region-lifetime')

const named = (name: string): unknown => system.scenarios[name]?.scenario

const tell = (found: Map<string, Violation>): string[] => [...found.keys()].sort()

/** Signatures of all errors that a search finds when it goes on after each; no more than so many preemptions. */
function searched(of: Subject, scenario: unknown, reduction: Reduction, preemptions?: number): string[] {
  const budget = preemptions === undefined ? null : ({ kind: 'preemptions', limit: preemptions } as const)
  const search = new Search(machineFor(of, scenario), reduction, budget)
  const found = new Map<string, Violation>()
  for (let v = search.next(); v !== null; v = search.next()) for (const e of v) found.set(e.signature, e)
  return tell(found)
}

/** Signatures that sampling finds. */
function sampled(of: Subject, scenario: unknown, executions: number): string[] {
  const machine = machineFor(of, scenario)
  const driver = new PosDriver()
  const found = new Map<string, Violation>()
  for (let i = 0; i < executions; i++) {
    driver.begin(i, machine)
    for (const v of machine.run(driver).violations) found.set(v.signature, v)
  }
  return tell(found)
}

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
      expect([reduction, searched(of, scenario, reduction)]).toEqual([
        reduction,
        ['unrealized-owner:Device:vcpu'],
      ])
  })

  it('no violation that sampling finds is missed', () => {
    let broken = 0
    for (const { fix } of candidates)
      for (const name of ['lockless', 'guest-eject', 'nested-transaction']) {
        const of = { system, fix, memoryModel }
        const all = searched(of, named(name), 'states')
        const missed = sampled(of, named(name), 100).filter((s) => !all.includes(s))
        expect({ fix: fix.name, name, missed }).toEqual({ fix: fix.name, name, missed: [] })
        if (all.length > 0) broken++
      }
    expect(broken).toBeGreaterThan(15)
  })

  it('the default bounds verify each candidate that holds, and break each other one as it says', () => {
    for (const { fix } of candidates) {
      const of = { system, fix, memoryModel }
      const { outcome, reduction, finding } = new Explorer(of, {
        scenarios: system.bounds?.scenarios({}) ?? [],
        budget: null,
        executions: 100_000,
        checkpoint: join(tmpdir(), 'rcufuzz-test-unused.checkpoint'),
        resume: false,
      }).run(() => true)
      expect([fix.name, reduction]).toEqual([fix.name, 'states'])
      const expected = expectation(of)
      if (expected === 'holds') expect([fix.name, outcome]).toEqual([fix.name, 'verified'])
      else
        expect([fix.name, expected.broken]).toEqual([
          fix.name,
          expect.arrayContaining([finding?.violation.kind]),
        ])
    }
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
    expect(searched(of, named(name), 'states')).toEqual(searched(of, named(name), 'all', 1))
  })

  it('remembering states changes no verdict', () => {
    for (const { fix } of candidates) {
      const of = { system, fix, memoryModel: 'sc' as const }
      expect([fix.name, searched(of, named('blocked-on-bql'), 'states')]).toEqual([
        fix.name,
        searched(of, named('blocked-on-bql'), 'commuting'),
      ])
    }
  })
})
