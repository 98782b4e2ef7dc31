import { describe, expect, it } from 'vitest'
import { benchFileSchema, fuzzFileSchema, type FuzzFile } from '#harness/results.js'
import { renderCsv } from '#harness/report/csv.js'
import { renderMarkdown } from '#harness/report/markdown.js'
import { pageOf } from '#harness/report/pages.js'
import { inWords } from '#harness/report/against.js'
import { change, progress } from '#harness/report/format.js'
import { renderReport, type ReportInput } from '#harness/report/report.js'
import { benchFile, crowd, found, fuzzFile, hostile, result, seedTrace } from './fixtures.js'

const withResults = (...results: FuzzFile['results']): FuzzFile => ({ ...fuzzFile, results })
const matrices = {
  'ram-list': { 'crash-a.json': { baseline: ['use-after-free'] }, 'crash-b.json': {} },
}
const pages = renderReport({ fuzz: fuzzFile, bench: benchFile, matrices })
const index = pages.get('index.html') ?? ''
const full = pages.get('ram-list.html') ?? ''
/** The page of the one system that an input has. */
function page(input: ReportInput): string {
  const all = [...renderReport(input)]
  expect(all.length).toBe(2)
  return all[1]?.[1] ?? ''
}
/** Text as a reader sees it. */
const words = (html: string): string =>
  html
    .replace(/<(style|script)>.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')

describe('report', () => {
  it('has fixtures that are valid result files', () => {
    expect(fuzzFileSchema.parse(fuzzFile)).toEqual(fuzzFile)
    expect(benchFileSchema.parse(benchFile)).toEqual(benchFile)
  })

  it('is pages that load nothing, with one script that only steps through drawings', () => {
    expect([...pages.keys()]).toEqual(['index.html', 'ram-list.html'])
    expect(index).not.toContain('<script')
    expect(full.match(/<script>/g)?.length).toBe(1)
    for (const html of pages.values()) {
      expect(html).toMatch(/^<!doctype html>\n<html lang="en">/)
      expect(html).not.toMatch(/<link|<iframe|<img|@import|url\(|fetch|XMLHttp|import\(|\son\w+=/i)
      expect(html).not.toMatch(/\ssrc=|href="(?!#|index\.html|ram-list\.html)/)
    }
  })

  it('gives the same bytes for the same input', () => {
    const again = { fuzz: structuredClone(fuzzFile), bench: structuredClone(benchFile), matrices }
    expect(renderReport(again)).toEqual(pages)
  })

  it('uses every id once, and every link leads somewhere', () => {
    const ids = new Map(
      [...pages].map(([name, html]) => [name, [...html.matchAll(/\sid="([^"]*)"/g)].map((m) => m[1])]),
    )
    for (const [name, html] of pages) {
      const own = ids.get(name) ?? []
      expect(new Set(own).size).toBe(own.length)
      for (const [, file = '', id] of html.matchAll(/href="([^"#]*)(?:#([^"]*))?"/g)) {
        const there = ids.get(file === '' ? name : file)
        expect(there).toBeDefined()
        if (id !== undefined) expect(there).toContain(id)
      }
      for (const [, id] of html.matchAll(/labelledby="([^"]*)"/g)) expect(own).toContain(id)
    }
  })

  it('gives every system a file name of its own that stays in the folder', () => {
    expect(pageOf('ram-list')).toBe('ram-list.html')
    for (const name of ['../x', 'index', '..', 'a b', ''])
      expect(pageOf(name)).toMatch(/^[\w.-]*_[\w.-]*\.html$/)
  })

  it('says first who is broken, who survived, and what was not expected', () => {
    const text = words(index)
    expect(text).toContain('2 of 4 candidates are broken.')
    expect(text).toContain('baseline is broken: use-after-free under all memory models; ')
    expect(text).toContain(
      "nested-rcu-free survived 3,000,000 executions, under all memory models; lookup latency and miss rate do not differ from baseline's beyond noise.",
    )
    expect(text).toMatch(/mru-version-seqlock is broken: .* lookup latency is 28.7 % higher \(p &lt; 0.001\)/)
    expect(text).toContain('risk below 3 in 1,000,000')
    expect(text).toContain('unexpected violation')
    expect(text).toContain('unexpected: said to break')
    expect(text).toContain('11.8 ± 0.24 ns')
    expect(full.indexOf('id="verdicts"')).toBeLessThan(full.indexOf('id="violations"'))
    expect(index).toContain('href="ram-list.html#trace-1-1"')
  })

  it('keeps notices out of the verdicts', () => {
    const noticed = found(seedTrace, { severity: 'notice', kind: 'stale-lookup' })
    const html = page({
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
    expect(full).toContain('class="bar sec"')
    expect(full).toContain('class="bar gp"')
    expect(full).toContain('◀ overwrites NULL')
    expect(full).toContain('◀ use-after-free')
    expect(full).toContain('class="hot"')
    expect(full).toMatch(/class="[^"]*drain"/)
    expect(full).toContain('upstream.ts:63: if (block) yield* t.write(ram.mruBlock, block)')
    expect(full).toContain('&lt;----------- overwrites NULL')
  })

  it('has the commands', () => {
    for (const command of [fuzzFile.command, benchFile.command])
      expect(index).toContain(`<code class="cmd">${command}</code>`)
    for (const command of [
      found(seedTrace).command,
      'npx rcufuzz bench ram-list --workload typical --seed 7 --replications 5',
    ])
      expect(full).toContain(`<code class="cmd">${command}</code>`)
  })

  it('draws one sweep per varied parameter, and tables what no plot shows', () => {
    const text = words(full)
    expect(text).toContain('Lookup latency against vcpus')
    expect(text).toContain('Miss rate against unplugs per second')
    expect(text).not.toContain('against milliseconds')
    expect(text).toContain('arm64 host arm64')
  })

  it('lets broken candidates stand back where there are more than colours', () => {
    const names = Array.from({ length: 12 }, (_, i) => `fix-${i}`)
    const html = page({
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
        samples: 9,
        low: 1,
        high: 1,
        interval: [1, 1] as [number, number],
        relative: 0.1,
      },
    ]
    const html = page({ fuzz: fuzzFile, bench: { ...benchFile, wallClock } })
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
    for (const [name, html] of renderReport(input)) {
      expect(html).toMatch(/<\/html>\n$/)
      if (name === 'index.html') expect(html).toContain('id="summary"')
      expect(html.replace(/<script>.*<\/script>/s, '')).not.toMatch(/undefined|NaN|\[object|Infinity/)
    }
    expect(renderMarkdown(input)).not.toMatch(/undefined|NaN|\[object|Infinity/)
    expect(renderCsv(input)).not.toMatch(/undefined|NaN|\[object|Infinity/)
  })

  it('escapes all text', () => {
    for (const html of renderReport(hostile).values()) {
      // Inside a quoted attribute `<` is only text.
      const elements = html.replaceAll(/="[^"]*"/g, '')
      expect(elements.includes('<script>alert')).toBe(false)
      expect(elements.includes('&lt;script')).toBe(true)
    }
    expect(renderMarkdown(hostile)).not.toContain('<script')
  })

  it('draws the life of the object, memory over time, and what each crash does to each candidate', () => {
    expect(full).toMatch(/class="bar alive" data-from="0" data-to="8"/)
    expect(full).toMatch(/class="bar waits" data-from="8" data-to="17"/)
    expect(full).toMatch(/class="bar freed" data-from="17"/)
    const text = words(full)
    expect(text).toContain('Memory held over time')
    expect(text).toMatch(/baseline 1 of 2 /)
    expect(text).toContain('2 interleavings × 4 candidates')
    expect(full).toContain('title="use-after-free"')
  })

  it('calls nothing faster that chance explains', () => {
    // Like the first one, but for one lucky replication.
    const lucky = benchFile.simulations.map((s) => {
      const latency = s.metrics['latency']
      if (s.fix !== 'mru-version-seqlock' || !latency) return s
      const base = benchFile.simulations.find((b) => b.fix === 'baseline' && b.workload === s.workload)
      const replications = (base?.metrics['latency']?.replications ?? []).map((x, i) => (i === 0 ? x / 2 : x))
      const value = replications.reduce((a, b) => a + b, 0) / replications.length
      return { ...s, metrics: { ...s.metrics, latency: { ...latency, value, replications } } }
    })
    const html = renderReport({ fuzz: null, bench: { ...benchFile, simulations: lucky } }).get('index.html')
    const text = words(html ?? '')
    expect(text).not.toMatch(/mru-version-seqlock[^;]*; lookup latency is/)
    expect(text).toMatch(/ ≈ −\d/)
  })

  it('is Markdown and CSV, too', () => {
    const md = renderMarkdown({ fuzz: fuzzFile, bench: benchFile })
    expect(md).toContain('2 of 4 candidates broken.')
    expect(md).toMatch(/^\| baseline +\| BROKEN: use-after-free +\|/m)
    const table = md.split('\n').filter((l) => l.startsWith('|'))
    expect(new Set(table.map((l) => l.length)).size).toBe(1)
    const csv = renderCsv({ fuzz: fuzzFile, bench: benchFile }).split('\r\n')
    expect(csv[0]).toMatch(/^instrument,system,candidate,case,figure,unit,value,interval/)
    const columns = csv[0]?.split(',').length
    for (const l of csv.slice(1, -1)) expect(l.split(',').length).toBe(columns)
    expect(csv.some((l) => l.startsWith('simulation,ram-list,no-mru,typical,latency,ns,'))).toBe(true)
    const simulations = benchFile.simulations.map((s) => ({ ...s, fix: '=1+1,"x"' }))
    expect(renderCsv({ fuzz: null, bench: { ...benchFile, simulations } })).toContain(`,"'=1+1,`)
  })

  it('stays small with a hundred long crashes, and gives every candidate a drawing first', () => {
    const html = page({ fuzz: crowd(100, 12), bench: benchFile })
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

describe('how far a search has come', () => {
  it('has two digits, and is never all of it', () => {
    expect([0, 0.00042, 0.099, 0.5, 0.9999].map(progress)).toEqual([
      '0 %',
      '0.042 %',
      '9.9 %',
      '50 %',
      '99 %',
    ])
  })
})

describe('how a change is written', () => {
  it('in percent, in times where it is many times as much, and not to the last digit', () => {
    expect(change(1.244, 1)).toBe('+24.4 %')
    expect(change(0.5, 1)).toBe('−50 %')
    expect(change(51, 1)).toBe('51 ×')
    expect(change(1.000009, 1)).toBe('±0.00 %')
    expect(change(1, 1)).toBe('±0 %')
    expect(change(1, 0)).toBe('–')
    const metric = { title: 'FlatViews alive', unit: 'views', better: 'lower' } as const
    const beyond = { base: 1, p: 0.0001, significant: true }
    expect(inWords({ ...beyond, value: 1.00001 }, metric)).toBe(
      'FlatViews alive differs by less than 0.01 % (p < 0.001)',
    )
    expect(inWords({ ...beyond, value: 51 }, metric)).toBe('FlatViews alive is 51 times as high (p < 0.001)')
    expect(inWords({ ...beyond, value: 2 }, { ...metric, title: 'A DMA access' })).toBe(
      'a DMA access is 100 % higher (p < 0.001)',
    )
    expect(inWords({ ...beyond, value: 2, significant: false }, metric)).toBeNull()
  })
})
