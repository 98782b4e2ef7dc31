import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PctDriver } from '#harness/drivers/pct.js'
import { PosDriver } from '#harness/drivers/pos.js'
import { machineFor, type Subject } from '#harness/fuzz/program.js'
import { MEMORY_MODELS, type MemoryModelName } from '#harness/machine/index.js'
import { loadFixes } from '#harness/registry.js'
import system from '#targets/region-lifetime/target.js'
import { searchedWithin } from '../../../test/verify/searches.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The README's table of scenarios: by scenario and candidate, the kinds of violation. */
function table(): Record<string, Record<string, string>> {
  const lines = readme.split('\n')
  const start = lines.findIndex((l) => l.startsWith('| scenario'))
  const cells = (l: string): string[] =>
    l
      .split('|')
      .slice(1, -1)
      .map((c) => c.trim())
  const [, ...columns] = cells(lines[start] as string)
  const rows: Record<string, Record<string, string>> = {}
  for (let i = start + 2; lines[i]?.startsWith('|'); i++) {
    const [name, ...kinds] = cells(lines[i] as string)
    rows[(name as string).replace(/ \(apart\)$/, '')] = Object.fromEntries(
      columns.map((c, k) => [c, kinds[k] as string]),
    )
  }
  return rows
}

/** The candidates of each column. */
const COLUMNS: Record<string, string> = Object.fromEntries(
  [...readme.matchAll(/^\| (F3-\w+) +\| ([\w-]+) +\|/gm)].map(([, id, name]) => [id, name]),
)

const LETTERS: Record<string, string> = {
  'use-after-free': 'U',
  deadlock: 'D',
  'unrealized-owner': 'O',
  'callback-queued-twice': 'Q',
  'lost-callback': 'L',
  assertion: 'A',
}

const fixes = await loadFixes('region-lifetime')

/** Where a search takes more executions, a cell is sampled. */
const MOST = Number(process.env.SCENARIO_EXECUTIONS ?? 1000)

/** The letters of a cell, and whether they are of all executions. */
function shown(
  name: string,
  scenario: string,
  memoryModel: MemoryModelName,
): { letters: string; all: boolean } {
  const fix = fixes.find((f) => f.fix.name === name)?.fix
  if (!fix) throw new Error(`no candidate ${name}`)
  const of = { system: system as never, fix, memoryModel }
  const world = system.scenarios[scenario]?.scenario
  const all = searchedWithin(of, world, MOST)
  const kinds = all?.kinds ?? sampled(of, world)
  return {
    letters: kinds
      .map((kind) => LETTERS[kind] ?? kind)
      .sort()
      .join(''),
    all: all !== null,
  }
}

function sampled(of: Subject, world: unknown): string[] {
  const machine = machineFor(of, world)
  const drivers = [new PosDriver(), new PctDriver(3)]
  const kinds = new Set<string>()
  for (let i = 0; i < 400; i++) {
    const driver = drivers[i % 2] as PosDriver
    driver.begin(i, machine)
    for (const v of machine.run(driver).violations) kinds.add(v.kind)
  }
  return [...kinds]
}

describe("the README's table of scenarios", () => {
  const rows = table()

  it('has every scenario and every candidate', () => {
    expect(Object.keys(rows).sort()).toEqual(Object.keys(system.scenarios).sort())
    expect(Object.values(COLUMNS).sort()).toEqual(fixes.map((f) => f.fix.name).sort())
    expect(Object.keys(Object.values(rows)[0] as object).sort()).toEqual(Object.keys(COLUMNS).sort())
  })

  it.each(MEMORY_MODELS)(
    'is what all executions show under %s, or sampling where there are too many',
    (model) => {
      let whole = 0
      const rowsNow = Object.fromEntries(
        Object.entries(rows).map(([scenario, row]) => [
          scenario,
          Object.fromEntries(
            Object.keys(row).map((id) => {
              const { letters, all } = shown(COLUMNS[id] as string, scenario, model)
              if (all) whole++
              return [id, letters]
            }),
          ),
        ]),
      )
      expect(rowsNow).toEqual(rows)
      expect(whole).toBeGreaterThan(120)
    },
    600_000,
  )
})
