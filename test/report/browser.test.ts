import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderReport } from '#harness/report/report.js'
import { benchFile, crowd, fuzzFile, hostile } from './fixtures.js'

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const there = existsSync(executablePath)
if (!there && process.env['CI'] === undefined)
  console.warn(`no browser at ${executablePath}: the browser tests are skipped (set CHROMIUM to run them)`)

/** In CI a missing browser is a failure; at a desk it is not. */
describe.skipIf(!there && process.env['CI'] === undefined)('the page in a browser', () => {
  let dir = ''
  let context: BrowserContext

  beforeAll(async () => {
    if (!there) throw new Error(`no browser at ${executablePath}`)
    dir = await mkdtemp(join(tmpdir(), 'rcufuzz-report-'))
    context = await chromium.launchPersistentContext(join(dir, 'profile'), {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
    await writeFile(join(dir, 'full.html'), renderReport({ fuzz: fuzzFile, bench: benchFile }))
    await writeFile(join(dir, 'crowd.html'), renderReport({ fuzz: crowd(100, 12), bench: benchFile }))
    await writeFile(join(dir, 'hostile.html'), renderReport(hostile))
    await writeFile(join(dir, 'empty.html'), renderReport({ fuzz: null, bench: null }))
  })

  afterAll(async () => {
    await context?.close()
    if (dir !== '') await rm(dir, { recursive: true, force: true })
  })

  /** Opens a page, and fails on anything it complains about or asks the network for. */
  async function open(name: string, width: number, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (m) => complaints.push(m.text()))
    page.on('pageerror', (e) => complaints.push(e.message))
    page.on('request', (r) => {
      if (!r.url().startsWith('file:')) complaints.push(r.url())
    })
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    await page.goto(pathToFileURL(join(dir, `${name}.html`)).href)
    expect(complaints).toEqual([])
    return page
  }

  it.each(['full', 'crowd', 'hostile', 'empty'])(
    '%s does not scroll sideways on a phone, even unfolded',
    async (name) => {
      const page = await open(name, 360)
      await page.evaluate(`for (const d of document.querySelectorAll('details')) d.open = true`)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
      await page.close()
    },
  )

  it('has its sections, one first heading, and names for all that scrolls or is drawn', async () => {
    const page = await open('full', 1100)
    expect(await page.locator('h1').count()).toBe(1)
    expect(await page.locator('h2').allTextContents()).toEqual([
      'Summary',
      'Violations, step by step',
      'Notices',
      'The campaign: coverage and bug finding',
      'Cost, in simulated time',
      'Wall clock of the lookup path',
      'Cost model',
      'How to reproduce',
    ])
    expect(await page.locator('svg:not([aria-label]), [tabindex="0"]:not([aria-label])').count()).toBe(0)
    expect(await page.locator('table:not(:has(caption))').count()).toBe(0)
    await page.close()
  })

  it('makes no elements of text', async () => {
    const page = await open('hostile', 1100)
    expect(await page.locator('script').count()).toBe(0)
    expect(await page.locator('h1').textContent()).toBe(hostile.title)
    await page.close()
  })

  it('leads the keyboard to the content first, and from a verdict to its interleaving', async () => {
    const page = await open('full', 1100)
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Skip to the content')
    await page.locator('td.broken a').first().click()
    expect(page.url()).toMatch(/#trace-1-1$/)
    expect(await page.locator('#trace-1-1 svg.il').isVisible()).toBe(true)
    await page.close()
  })

  it.each(['light', 'dark'] as const)('has enough contrast in %s', async (scheme) => {
    const page = await open('full', 1100, scheme)
    await page.evaluate(`for (const d of document.querySelectorAll('details')) d.open = true`)
    const poor = await page.evaluate(POOR_CONTRAST)
    expect(poor).toEqual([])
    const dark = await page.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(dark).toBe(scheme === 'dark' ? 'rgb(18, 22, 27)' : 'rgb(255, 255, 255)')
    await page.close()
  })
})

/** WCAG AA: 4.5 for text, 3 for lines. Runs in the page; a text's ground is its box's, or its next painted parent's. */
const POOR_CONTRAST = `(() => {
  const parse = (c) => (c.match(/[\\d.]+/g) ?? []).map(Number)
  const light = (c) => {
    const [r, g, b] = parse(c).map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)
  const painted = (c) => c !== 'none' && c !== '' && parse(c)[3] !== 0
  const ground = (e) => {
    const box = e.closest('g')?.querySelector(':scope > rect')
    if (e.closest('.il') && box) return getComputedStyle(box).fill
    for (let p = e; p; p = p.parentElement) {
      const c = getComputedStyle(p).backgroundColor
      if (painted(c)) return c
    }
    return 'rgb(255, 255, 255)'
  }
  const poor = new Set()
  for (const e of document.querySelectorAll('body *')) {
    const style = getComputedStyle(e)
    const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '')
    const svg = e instanceof SVGElement
    if (text && e.tagName !== 'title') {
      const on = e.matches('.no') ? getComputedStyle(document.body).backgroundColor : ground(e)
      const r = ratio(svg ? style.fill : style.color, on)
      if (r < 4.5) poor.add(e.tagName + '.' + (e.getAttribute('class') ?? '') + ' ' + r.toFixed(2))
    } else if (svg && e.matches('.plot [aria-label=line] path, .plot [aria-label=dot] path, .il path, .sec, .gp')) {
      for (const c of [style.stroke, style.fill]) {
        if (!painted(c)) continue
        const r = ratio(c, getComputedStyle(document.body).backgroundColor)
        if (r < 3) poor.add(e.tagName + ' ' + c + ' ' + r.toFixed(2))
      }
    }
  }
  return [...poor]
})()`
