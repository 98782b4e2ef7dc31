import { describe, expect, it } from 'vitest'
import { annotations } from '#harness/report/annotations.js'
import { junit } from '#harness/report/junit.js'
import { pageOf } from '#harness/report/pages.js'
import { renderReport, type ReportInput } from '#harness/report/report.js'
import { changesSince } from '#harness/report/since.js'
import type { FuzzFile } from '#harness/results.js'
import { found, fuzzFile, result, seedTrace } from './fixtures.js'

const withResults = (...results: FuzzFile['results']): FuzzFile => ({ ...fuzzFile, results })

const index = (input: ReportInput): string => renderReport(input).get('index.html') ?? ''

const race = found(seedTrace, { signature: 'use-after-free:A', message: 'a <b> & "c"\nd' })
const other = found(seedTrace, { signature: 'torn-read:B', kind: 'torn-read' })
const before = withResults(
  result({ fix: 'one', expected: 'broken', violations: [other] }),
  result({ fix: 'two', expected: 'holds', violations: [] }),
)
const now = withResults(
  result({ fix: 'one', expected: 'broken', violations: [race] }),
  result({ fix: 'two', expected: 'holds', violations: [race] }),
  result({ fix: 'three', expected: 'holds', violations: [] }),
  result({
    fix: 'four',
    expected: 'holds',
    violations: [],
    executions: 0,
    problem: { problem: 'hangs', message: 'no step', fix: 'four', scenario: { a: 1 } },
  }),
)

describe('what is new since the previous campaign', () => {
  it('is told by candidate, memory model and signature', () => {
    const { appeared, gone, added, stayed } = changesSince(before, now)
    expect(appeared.map((c) => [c.result.fix, c.violation.signature])).toEqual([
      ['one', 'use-after-free:A'],
      ['two', 'use-after-free:A'],
    ])
    expect(gone.map((c) => [c.result.fix, c.violation.signature])).toEqual([['one', 'torn-read:B']])
    expect(added).toHaveLength(2)
    expect(stayed).toBe(0)
    expect(changesSince(now, now)).toEqual({ appeared: [], gone: [], added: [], stayed: 2 })
  })

  it('stands on the page, with the command that replays it', () => {
    const page = index({ fuzz: now, bench: null, changes: changesSince(before, now) })
    const news = page.slice(page.indexOf('id="news"'), page.indexOf('id="problems"'))
    expect(news).toContain('2 new violations.')
    expect(news).toContain(race.command)
    expect(page).toContain('hangs: no step')
    expect(page).toContain('{&quot;a&quot;:1}')
    expect(index({ fuzz: now, bench: null })).not.toContain('id="news"')
  })
})

describe('the matrix', () => {
  it('marks every candidate that a crash breaks, and no other', () => {
    const [r] = now.results
    if (!r) throw new Error('no result')
    const { system, memoryModel } = r
    const row = { system, memoryModel, fix: 'one', signature: race.signature, file: 'f' }
    const matrix = [{ ...row, breaks: { one: ['use-after-free'], two: ['use-after-free'] } }]
    const page = renderReport({ fuzz: { ...now, matrix }, bench: null }).get(pageOf(system)) ?? ''
    const table = page.slice(page.indexOf('id="crossings"'))
    const cells = /<tbody>(.*?)<\/tbody>/s.exec(table)?.[1]?.match(/<td[^>]*>/g)
    // one, two and three: the fourth could not be run.
    expect(cells?.map((c) => c.includes('broken'))).toEqual([true, true, false])
  })
})

describe('JUnit XML', () => {
  const xml = junit(now)

  it('has a case a candidate and memory model, and escapes what has a meaning in XML', () => {
    expect(xml.match(/<testcase /g)).toHaveLength(4)
    expect(xml).toContain('tests="4" failures="1" errors="1"')
    expect(xml).toMatch(/\.one" name="\w+"><system-out>/)
    expect(xml).toMatch(
      /\.two" name="\w+"><failure message="use-after-free">use-after-free:A: a &lt;b&gt; &amp;/,
    )
    expect(xml).toMatch(/\.three" name="\w+"><system-out>survived/)
    expect(xml).toMatch(/\.four" name="\w+"><error message="hangs: no step"\/>/)
    expect(xml.replace(/&(amp|lt|gt|quot);/g, '')).not.toContain('&')
  })
})

describe('JUnit XML of a hostile file', () => {
  it('has no character that XML does not admit', () => {
    const text = 'tab\t, NUL \u0000, escape \u001b, lone \ud800, pair \ud83d\ude00, not one \uffff.'
    const message = found(seedTrace, { message: text })
    const xml = junit(withResults(result({ fix: 'one', expected: 'holds', violations: [message] })))
    expect(xml).toContain('tab\t, NUL , escape , lone , pair \ud83d\ude00, not one .')
  })
})

describe('GitHub annotations', () => {
  it('are errors for what was not expected, and notices for what is new', () => {
    const lines = annotations(now, changesSince(before, now))
    expect(lines.map((l) => l.split(' ')[0])).toEqual(['::error', '::error', '::notice'])
    expect(lines[0]).toContain('two under')
    expect(lines[0]).toContain('::a <b> & "c"%0Ad%0A')
    expect(lines[1]).toContain('four under')
    expect(lines[2]).toContain('title=new%3A ')
    for (const line of lines) expect(line).not.toContain('\n')
  })
})
