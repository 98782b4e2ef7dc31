import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import vfioUserDma from '#targets/vfio-user-dma/index.js'
import { kinds } from './system.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((c) => c.trim().replaceAll('`', ''))

const lines = readme.split('\n')
const head = lines.findIndex((l) => l.startsWith('| scenario '))
const [, ...fixes] = cells(lines[head] ?? '')
const rows = lines
  .slice(head + 2, lines.indexOf('', head))
  .map(cells)
  .map(([scenario, ...found]) => ({ scenario: scenario as string, found }))

describe("the README's table of who is safe with what", () => {
  it('has every scenario', () => {
    expect(rows.map((r) => r.scenario)).toEqual(Object.keys(vfioUserDma.scenarios))
    expect(fixes.length).toBeGreaterThan(5)
  })

  it.each(rows)('is what sampling shows: $scenario', async ({ scenario, found }) => {
    const shown: string[] = []
    for (const fix of fixes) shown.push((await kinds(fix, 'sc', scenario, 1500)).join(', ') || '–')
    expect(shown).toEqual(found)
  })
})
