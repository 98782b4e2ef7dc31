import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderReport, type ReportInput } from '#harness/report/report.js'
import { benchFile, crowd, fuzzFile, hostile } from './fixtures.js'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const matrices = { 'ram-list': { 'crash-a.json': { baseline: ['use-after-free'] }, 'crash-b.json': {} } }

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
    context = await launch('profile')
    await write('full', { fuzz: fuzzFile, bench: benchFile, matrices })
    await write('crowd', { fuzz: crowd(100, 12), bench: benchFile })
    await write('hostile', hostile)
    await write('empty', { fuzz: null, bench: null })
  })

  const launch = (profile: string, javaScriptEnabled = true): Promise<BrowserContext> =>
    chromium.launchPersistentContext(join(dir, profile), {
      executablePath,
      javaScriptEnabled,
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

  async function write(name: string, input: ReportInput): Promise<void> {
    await mkdir(join(dir, name))
    for (const [file, html] of renderReport(input)) {
      await writeFile(join(dir, name, file), html)
      // Names of a hostile file's systems are long; a test has its pages by number.
      if (file !== 'index.html') await writeFile(join(dir, name, 'system.html'), html)
    }
  }

  afterAll(async () => {
    await context?.close()
    if (dir !== '') await rm(dir, { recursive: true, force: true })
  })

  /** Opens a page, and fails on anything it complains about or asks the network for. */
  async function open(
    name: string,
    width: number,
    colorScheme: 'light' | 'dark' = 'light',
    file = 'system',
  ): Promise<Page> {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (m) => complaints.push(m.text()))
    page.on('pageerror', (e) => complaints.push(e.message))
    page.on('request', (r) => {
      if (!r.url().startsWith('file:')) complaints.push(r.url())
    })
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    await page.goto(pathToFileURL(join(dir, name, `${file}.html`)).href)
    expect(complaints).toEqual([])
    return page
  }

  const PAGES = [
    ['full', 'index'],
    ['full', 'system'],
    ['crowd', 'system'],
    ['hostile', 'index'],
    ['hostile', 'system'],
    ['empty', 'index'],
  ] as const

  it.each(PAGES)('%s, %s, does not scroll sideways on a phone, even unfolded', async (name, file) => {
    const page = await open(name, 360, 'light', file)
    await page.evaluate(`for (const d of document.querySelectorAll('details')) d.open = true`)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    await page.close()
  })

  it('has its sections, one first heading, and names for all that scrolls or is drawn', async () => {
    const page = await open('full', 1100)
    expect(await page.locator('h1').count()).toBe(1)
    expect(await page.locator('h2').allTextContents()).toEqual([
      'Verdicts and cost',
      'Violations, step by step',
      'Crashes tried on every candidate',
      'Notices',
      'The campaign: coverage and bug finding',
      'Cost, in simulated time',
      'Wall clock',
      'Where the candidates come from',
    ])
    expect(await page.locator('svg:not([aria-label]), [tabindex="0"]:not([aria-label])').count()).toBe(0)
    expect(await page.locator('table:not(:has(caption))').count()).toBe(0)
    await page.close()
  })

  it('makes no elements of text', async () => {
    const page = await open('hostile', 1100)
    expect(await page.locator('script').count()).toBe(1)
    expect(await page.locator('h1').textContent()).toBe(`${hostile.title} – ${hostile.title}`)
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

  it('leads from the summary to the interleaving on the page of its system', async () => {
    const page = await open('full', 1100, 'light', 'index')
    await page.locator('td.broken a').first().click()
    expect(page.url()).toMatch(/full\/ram-list\.html#trace-1-1$/)
    await page.getByRole('link', { name: '← Summary' }).click()
    expect(page.url()).toMatch(/index\.html$/)
    await page.close()
  })

  it('steps through a drawing by keys, buttons and clicks, and tells what each step is', async () => {
    const page = await open('full', 1100)
    const article = page.locator('#trace-1-1')
    const says = article.locator('.stepper output')
    const now = article.locator('.step.now')
    expect(await now.count()).toBe(0)
    await article.locator('.drawing').focus()
    await page.keyboard.press('ArrowRight')
    expect(await now.getAttribute('data-step')).toBe('0')
    for (let i = 0; i < 16; i++) await page.keyboard.press('j')
    expect(await now.getAttribute('data-step')).toBe('16')
    expect(await says.textContent()).toMatch(/^step 16, vcpu1: rcuDereference ram_list.mru_block -> X/)
    expect(await says.textContent()).toContain('reads what step 12 stored')
    expect(await says.textContent()).toContain('upstream.ts:59: const mru =')
    expect(await says.textContent()).toMatch(/Under way: .*X waits for its callback/)
    expect(await article.locator('.arrow.now').count()).toBe(1)
    await page.keyboard.press('End')
    expect(await now.getAttribute('data-step')).toBe('18')
    expect(await says.textContent()).toContain('X is freed')
    await article.getByRole('button', { name: 'Step back' }).click()
    expect(await now.getAttribute('data-step')).toBe('17')
    await article.locator('.step[data-step="12"]').click()
    expect(await now.getAttribute('data-step')).toBe('12')
    await page.keyboard.press('Escape')
    await article.locator('.drawing').focus()
    await page.keyboard.press('Escape')
    expect(await now.count()).toBe(0)
    await page.close()
  })

  it('says all it has to say without scripts, its drawings included', async () => {
    const bare = await launch('bare', false)
    const page = await bare.newPage()
    await page.setContent('<noscript>off</noscript><script>document.body.textContent = "on"</script>')
    expect(await page.locator('body').textContent()).toContain('off')
    await page.goto(pathToFileURL(join(dir, 'full', 'system.html')).href)
    // The script adds it.
    expect(await page.locator('.stepper').count()).toBe(0)
    expect(await page.locator('#trace-1-1 svg.il .step').count()).toBe(19)
    expect(await page.locator('#trace-1-1 svg.il').isVisible()).toBe(true)
    expect(await page.locator('#trace-1-1 svg.il .arrow').count()).toBeGreaterThan(0)
    expect(await page.locator('svg.plot').count()).toBeGreaterThan(5)
    expect(await page.locator('#summary, #verdicts').count()).toBe(1)
    await bare.close()
  })

  it('says of each step, where the pointer rests on it, what it is, where it stands and what it read', async () => {
    const page = await open('full', 1100)
    const titles = await page.locator('#trace-1-1 .step > title').allTextContents()
    expect(titles.length).toBe(19)
    expect(titles.every((title, i) => title.startsWith(`step ${i}, `))).toBe(true)
    expect(titles[16]).toMatch(/^step 16, vcpu1: rcuDereference ram_list.mru_block -> X/)
    expect(titles[16]).toContain('reads what step 12 stored')
    expect(titles[16]).toContain('upstream.ts:59: const mru =')
    // Nothing lies over it.
    await page.evaluate(
      `document.querySelector('#trace-1-1 .step[data-step="16"]').scrollIntoView({ block: 'center', behavior: 'instant' })`,
    )
    const box = await page.locator('#trace-1-1 .step[data-step="16"] rect').boundingBox()
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2)
    expect(await page.locator('#trace-1-1 .step:hover').getAttribute('data-step')).toBe('16')
    await page.close()
  })

  it('prints in light colours, drawings whole, without buttons', async () => {
    const page = await open('full', 1100, 'dark')
    await page.locator('#trace-1-1 .drawing').focus()
    await page.keyboard.press('ArrowRight')
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const style = (selector: string, property: string): Promise<unknown> =>
      page.evaluate(`getComputedStyle(document.querySelector('${selector}')).${property}`)
    expect(await style('body', 'backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(await page.locator('#trace-1-1 .stepper').isVisible()).toBe(false)
    expect(await page.locator('#trace-1-1 svg.il').isVisible()).toBe(true)
    expect(await style('#trace-1-1 .step[data-step="18"]', 'opacity')).toBe('1')
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000)
    await page.close()
  })

  it.each(PAGES)(
    'axe finds nothing wrong with %s, %s',
    async (name, file) => {
      const page = await open(name, 1100, 'light', file)
      await page.evaluate(`for (const d of document.querySelectorAll('details')) d.open = ${name === 'full'}`)
      await page.evaluate(axe)
      const found = await page.evaluate(
        `axe.run({ resultTypes: ['violations'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes[0].html.slice(0, 200)))`,
      )
      expect(found).toEqual([])
      await page.close()
    },
    60_000,
  )

  it('is there in a moment with a hundred crashes', async () => {
    const page = await open('crowd', 1100)
    const { domComplete, bytes } = await page.evaluate<{ domComplete: number; bytes: number }>(
      `({ domComplete: performance.getEntriesByType('navigation')[0].domComplete, bytes: document.documentElement.outerHTML.length })`,
    )
    expect(bytes).toBeLessThan(3_000_000)
    expect(domComplete).toBeLessThan(10_000)
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
    } else if (svg && e.matches('.plot .line path, .plot .dot path, .il path, .il .bar')) {
      for (const c of [style.stroke, style.fill]) {
        if (!painted(c)) continue
        const r = ratio(c, getComputedStyle(document.body).backgroundColor)
        if (r < 3) poor.add(e.tagName + ' ' + c + ' ' + r.toFixed(2))
      }
    }
  }
  return [...poor]
})()`
