import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bench } from '#harness/bench/bench.js'
import { bundlePlain } from '#harness/bench/bundle.js'
import { readCosts } from '#harness/bench/costfile.js'
import { COSTS } from '#harness/bench/costs.js'
import { crosscheck } from '#harness/bench/crosscheck.js'
import { EMPTY_CALL } from '#harness/bench/wallclock.js'
import { casesOf, type Case, type CaseOptions } from '#harness/bench/workloads.js'
import type { BenchPath, Target } from '#harness/define.js'
import { loadFix, type Candidate } from '#harness/registry.js'
import { simulationSchema, wallClockSchema } from '#harness/results.js'
import ramList from '#targets/ram-list/target.js'

const path = (file: string): string => fileURLToPath(new URL(`../../../${file}`, import.meta.url))
const candidate = async (name: string): Promise<Candidate> => loadFix(ramList as unknown as Target, name)
const system = ramList as unknown as Target
const cases = (options: Partial<CaseOptions>): Case[] =>
  casesOf(system, { workloads: [], sweeps: [], quick: false, ...options })

describe('bench', () => {
  it('measures every candidate with both instruments, the same on any number of workers', async () => {
    const progress: number[] = []
    const options = {
      subjects: [
        {
          system,
          candidates: [await candidate('baseline'), await candidate('no-mru')],
          cases: cases({ quick: true }),
        },
      ],
      seed: 1,
      replications: 3,
      costs: COSTS,
      workers: 2,
      rounds: 1,
      onProgress: (_text: string, fraction: number) => progress.push(fraction),
    }
    const result = await bench(options)
    z.array(simulationSchema).parse(result.simulations)
    z.array(wallClockSchema).parse(result.wallClock)
    expect(result.simulations.length).toBe(2 * cases({ quick: true }).length)
    expect(result.simulations.every((s) => (s.metrics['latency']?.samples ?? 0) > 1000)).toBe(true)
    expect(result.wallClock.map((w) => `${w.fix} ${w.path}`).sort()).toEqual(
      ['baseline', 'no-mru', EMPTY_CALL].flatMap((f) => [`${f} hit`, `${f} miss`]).sort(),
    )
    expect(result.wallClock.filter((w) => w.fix === 'baseline').map((w) => w.relative)).toEqual([1, 1])
    for (const w of result.wallClock) {
      expect(w.nanoseconds).toBeGreaterThan(0)
      for (const [low, high] of [[w.low, w.high], w.interval] as const) {
        expect(low).toBeLessThanOrEqual(w.nanoseconds)
        expect(high).toBeGreaterThanOrEqual(w.nanoseconds)
      }
    }
    expect(result.costs).toEqual(COSTS)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(progress.at(-1)).toBe(1)
    const alone = await bench({ ...options, workers: 1, rounds: 0 })
    expect(alone.simulations).toEqual(result.simulations)
    expect(alone.wallClock).toEqual([])
  }, 60_000)

  it('refuses to time a path whose stripped source answers otherwise', async () => {
    const { fix, module } = await candidate('baseline')
    const paths = (ramList.bench?.paths ?? {}) as Record<string, BenchPath<never>>
    const hit = paths['hit'] as BenchPath<never>
    const bundle = await bundlePlain(module)
    expect(await crosscheck(fix, hit, 'hit', bundle)).toBeNull()
    expect(await crosscheck(fix, paths['miss'] as BenchPath<never>, 'miss', bundle)).toBeNull()
    expect(await crosscheck(fix, hit, 'miss', bundle)).toMatch(
      /^call 1 returns block4 on the machine, block5/,
    )
  })
})

describe('workloads', () => {
  let dir = ''
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'rcufuzz-workloads-'))
  })
  afterAll(() => {
    rmSync(dir, { recursive: true })
  })
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }

  it("come from the system's folder, the small guest first, each with all parameters", () => {
    const all = cases({})
    expect(all[0]).toMatchObject({ name: 'small-guest', parameters: ramList.bench?.parameters })
    expect(all.length).toBeGreaterThan(15)
    for (const { parameters } of all)
      expect(Object.keys(parameters)).toEqual(Object.keys(ramList.bench?.parameters ?? {}))
  })

  it('come from a file of the user, YAML or JSON', () => {
    const yaml = file('mine.yaml', 'mine: # my guest\n  title: mine\n  parameters: { vcpus: 3 }\n')
    const json = file('mine.json', '{ "mine": { "title": "mine", "parameters": { "vcpus": 3 } } }')
    expect(cases({ workloads: [yaml] })).toEqual(cases({ workloads: [json] }))
    expect(cases({ workloads: [yaml] })[0]?.parameters).toMatchObject({ vcpus: 3, blocks: 8 })
  })

  it.each([
    [
      'a: {title: x, parameters: {vcpu: 3}}',
      /:1:28: a.parameters.vcpu: there is no parameter 'vcpu' \(did you mean 'vcpus'/,
    ],
    [
      'a:\n  title: x\n  parameters:\n    vcpus: many',
      /:4:5: a.parameters.vcpus: it must be a number, as 4 is/,
    ],
    ['a:\n  title: x\n  parameters:\n    vcpus: 0', /:4:5: a.parameters.vcpus: /],
    ['a: {title: x, parameters: {host: vax}}', /a.parameters.host: it must be one of x86/],
    ['a: {title: x, parameters: {}, colour: red}', /:1:1: a: .*colour/],
    ['a: {parameters: {}}', /a.title: /],
    ['a: [', /:1:\d+: /],
  ])('are refused with the place: %s', (text, message) => {
    const path = file('bad.yaml', text)
    expect(() => cases({ workloads: [path] })).toThrow(message)
    expect(() => cases({ workloads: [path] })).toThrow(path)
  })

  it('are swept, in all combinations', () => {
    const sweeps = [
      { parameter: 'vcpus', values: ['1', '4'] },
      { parameter: 'host', values: ['x86', 'arm64'] },
    ]
    expect(cases({ sweeps }).map((c) => c.name)).toEqual([
      'vcpus=1,host=x86',
      'vcpus=1,host=arm64',
      'vcpus=4,host=x86',
      'vcpus=4,host=arm64',
    ])
    expect(cases({ sweeps })[1]?.parameters).toMatchObject({ vcpus: 1, host: 'arm64', blocks: 8 })
    expect(cases({ sweeps, workloads: ['storm'] })[0]).toMatchObject({
      name: 'storm,vcpus=1,host=x86',
      parameters: { blocks: 64 },
    })
    const sweep = (parameter: string, value: string) => () =>
      cases({ sweeps: [{ parameter, values: [value] }] })
    expect(sweep('vcpu', '1')).toThrow(/no parameter 'vcpu'/)
    expect(sweep('vcpus', 'x')).toThrow(/vcpus=x: it must be a number/)
    expect(sweep('vcpus', '0')).toThrow(/vcpus=0: /)
    expect(() => cases({ workloads: ['strom'] })).toThrow(/did you mean 'storm'/)
  })

  it('cost what a file says', () => {
    const costs = readCosts(file('costs.yaml', 'transfer: 60\nhit: { value: 2, source: mine }\n'))
    expect(costs.transfer).toMatchObject({ value: 60, unit: 'ns' })
    expect(costs.hit).toEqual({ value: 2, unit: 'ns', source: 'mine' })
    expect(costs.memory).toEqual(COSTS.memory)
    expect(() => readCosts(file('bad.yaml', 'hit: 1\ntransfers: 60'))).toThrow(
      /bad.yaml:2:1: transfers: there is no such cost; did you mean 'transfer'/,
    )
    expect(() => readCosts(file('bad.yaml', 'hit: -1'))).toThrow(/bad.yaml:1:1: hit: /)
    expect(() => readCosts(file('bad.yaml', 'hit: { value: 1, unit: s }'))).toThrow(/given in ns, not in s/)
    expect(() => readCosts(join(dir, 'none.yaml'))).toThrow(/none.yaml cannot be read: ENOENT/)
  })
})

describe('docs/cost-model.md', () => {
  it('has the table of costs as it is', () => {
    const documented = readFileSync(path('docs/cost-model.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
    expect(documented.map(([, name, value, unit, source]) => [name, value, unit, source])).toEqual(
      Object.entries(COSTS).map(([name, c]) => [
        `\`${name}\``,
        c.value.toLocaleString('en-US'),
        c.unit,
        c.source,
      ]),
    )
  })
})
