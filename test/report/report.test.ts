import { describe, expect, it } from 'vitest'
import { benchFileSchema, fuzzFileSchema, type FuzzFile } from '#harness/results.js'
import { renderReport } from '#harness/report/report.js'
import { benchFile, crowd, found, fuzzFile, hostile, result, seedTrace } from './fixtures.js'

const withResults = (...results: FuzzFile['results']): FuzzFile => ({ ...fuzzFile, results })
const full = renderReport({ fuzz: fuzzFile, bench: benchFile })
/** Text as a reader sees it. */
const words = (html: string): string =>
  html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')

describe('report', () => {
  it('has fixtures that are valid result files', () => {
    expect(fuzzFileSchema.parse(fuzzFile)).toEqual(fuzzFile)
    expect(benchFileSchema.parse(benchFile)).toEqual(benchFile)
  })

  it('is one page that loads nothing and runs nothing', () => {
    expect(full).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(full).not.toMatch(/<script|<link|<iframe|<img|@import|url\(|\son\w+=/i)
    expect(full).not.toMatch(/(src|href)="(?!#)/)
  })

  it('gives the same bytes for the same input', () => {
    expect(renderReport({ fuzz: structuredClone(fuzzFile), bench: structuredClone(benchFile) })).toBe(full)
  })

  it('uses every id once, and every link leads somewhere', () => {
    const ids = [...full.matchAll(/\sid="([^"]*)"/g)].map((m) => m[1])
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of full.matchAll(/(?:href="#|labelledby=")([^"]*)"/g)) expect(ids).toContain(target)
  })

  it('says first who is broken, who survived, and what was not expected', () => {
    const text = words(full)
    expect(text).toContain('2 of 4 candidates are broken.')
    expect(text).toContain('baseline is broken: use-after-free under all memory models.')
    expect(text).toContain('nested-rcu-free survived 3,000,000 executions, under all memory models.')
    expect(text).toContain('risk below 3 in 1,000,000')
    expect(text).toContain('unexpected violation')
    expect(text).toContain('unexpected: said to break')
    expect(text).toContain('11.8 ± 0.24 ns')
    expect(full.indexOf('id="summary"')).toBeLessThan(full.indexOf('id="violations"'))
  })

  it('keeps notices out of the verdicts', () => {
    const noticed = found(seedTrace, { severity: 'notice', kind: 'stale-lookup' })
    const html = renderReport({
      fuzz: withResults(result({ expected: 'holds', violations: [noticed], notices: [noticed] })),
      bench: null,
    })
    expect(words(html)).toContain('None of 1 candidate was broken.')
    expect(html).not.toContain('class="broken"')
    expect(html).toContain('id="notices"')
  })

  it('marks a broken candidate as broken wherever its figures stand', () => {
    const cost = full.slice(full.indexOf('id="cost"'))
    expect(words(cost)).toMatch(/✗ baseline \(broken\) 11\.8 ± 0\.24 ns/)
    expect(cost).not.toMatch(/<th scope="row">baseline</)
    expect(words(cost)).toContain('no-mru (not fuzzed)')
  })

  it('draws columns, sections, grace periods, arrows and marks', () => {
    expect(full).toContain('class="sec"')
    expect(full).toContain('class="gp"')
    expect(full).toContain('◀ overwrites NULL')
    expect(full).toContain('◀ use-after-free')
    expect(full).toContain('class="hot"')
    expect(full).toMatch(/class="[^"]*drain"/)
    expect(full).toContain('upstream.ts:63: if (block) yield* t.write(ram.mruBlock, block)')
    expect(full).toContain('&lt;----------- overwrites NULL')
  })

  it('has the commands', () => {
    for (const command of [fuzzFile.command, benchFile.command, found(seedTrace).command])
      expect(full).toContain(`<code class="cmd">${command}</code>`)
  })

  it('draws one sweep per varied parameter, and tables what no plot shows', () => {
    const text = words(full)
    expect(text).toContain('Mean lookup latency against vcpus')
    expect(text).toContain('Miss rate against unplugs per second')
    expect(text).not.toContain('against milliseconds')
    expect(text).toContain('arm64 host arm64')
  })

  it('lets broken candidates stand back where there are more than colours', () => {
    const names = Array.from({ length: 12 }, (_, i) => `fix-${i}`)
    const html = renderReport({
      fuzz: withResults(
        ...names.map((fix, i) => result({ fix, violations: i < 10 ? [found(seedTrace)] : [] })),
      ),
      bench: null,
    })
    const legend = html.slice(html.indexOf('aria-label="Legend"'))
    expect(words(legend.slice(0, legend.indexOf('</ul>'))).match(/fix-\d+/g)).toEqual([
      'fix-0',
      'fix-10',
      'fix-11',
    ])
    expect(words(html)).toContain('the other broken candidates')
  })

  it('times what is no candidate without calling it one', () => {
    const wallClock = [
      {
        system: 'ram-list',
        fix: '(empty call)',
        path: 'hit',
        nanoseconds: 1,
        low: 1,
        high: 1,
        relative: 0.1,
      },
    ]
    const html = renderReport({ fuzz: fuzzFile, bench: { ...benchFile, wallClock } })
    expect(html.match(/\(empty call\)/g)?.length).toBe(1)
  })

  it('keeps wall clock out of the simulated section', () => {
    const simulated = full.slice(full.indexOf('id="cost"'), full.indexOf('id="wall-clock"'))
    expect(simulated).not.toContain('time per call')
  })

  it.each([
    ['nothing', { fuzz: null, bench: null }],
    ['only fuzz', { fuzz: fuzzFile, bench: null }],
    ['only bench', { fuzz: null, bench: benchFile }],
    [
      'empty files',
      { fuzz: withResults(), bench: { ...benchFile, costs: {}, simulations: [], wallClock: [] } },
    ],
    [
      'a campaign that ran nothing',
      { fuzz: withResults(result({ executions: 0, seconds: 0, series: [] })), bench: null },
    ],
    [
      'a violation without steps',
      {
        fuzz: withResults(
          result({
            violations: [
              found(
                { ...seedTrace, rows: [], sections: [], gracePeriods: [] },
                { kind: 'leak', sites: [], object: '' },
              ),
            ],
          }),
        ),
        bench: null,
      },
    ],
  ])('renders %s', (_, input) => {
    const html = renderReport(input)
    expect(html).toMatch(/<\/html>\n$/)
    expect(html).toContain('id="summary"')
    expect(html).not.toMatch(/undefined|NaN|\[object|Infinity/)
  })

  it('escapes all text', () => {
    const html = renderReport(hostile)
    // Inside a quoted attribute `<` is only text.
    const elements = html.replaceAll(/="[^"]*"/g, '')
    expect(elements.includes('<script')).toBe(false)
    expect(elements.includes('&lt;script')).toBe(true)
  })

  it('stays small with a hundred long crashes, and gives every candidate a drawing first', () => {
    const html = renderReport({ fuzz: crowd(100, 12), bench: benchFile })
    expect(html.length).toBeLessThan(3_000_000)
    expect(html.match(/<article/g)?.length).toBe(100)
    expect(html.match(/class="il"/g)?.length).toBeGreaterThanOrEqual(10)
    for (let i = 1; i <= 10; i++) {
      const article = html.slice(html.indexOf(`id="trace-${i}-1"`))
      expect(article.slice(0, article.indexOf('</article>'))).toContain('class="il"')
    }
    expect(html).toContain('</a> ×10')
  })
})
