import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { BenchFile, FuzzFile, VerifyFile } from '../results.js'
import { allot } from './budget.js'
import { SimulatedCost } from './cost.js'
import { CostModel } from './cost-model.js'
import { Coverage } from './coverage.js'
import { arrange, type Findings, type System } from './findings.js'
import { Matrix, type CrashMatrix } from './matrix.js'
import { Crossings, News, Problems } from './news.js'
import { Notices } from './notices.js'
import { pageOf } from './pages.js'
import { Origins, Reproduce } from './reproduce.js'
import { SCRIPT } from './script.js'
import type { Changes } from './since.js'
import { STYLE } from './style.js'
import { Summary, SystemSummary } from './summary.js'
import { Violations } from './violations.js'
import { WallClock } from './wall-clock.js'

export interface ReportInput {
  readonly fuzz: FuzzFile | null
  readonly bench: BenchFile | null
  readonly verify?: VerifyFile | null
  /** By system: what the stored interleavings do to each candidate. */
  readonly matrices?: Readonly<Record<string, CrashMatrix>>
  /** What is new since the campaign before, if there was one. */
  readonly changes?: Changes | null
  readonly title?: string
}

/**
 * The summary as `index.html`, and a page for each system. Each needs nothing but itself and links to the others:
 * no network, and what it says it says without scripts. The same input gives the same bytes.
 */
export function renderReport(input: ReportInput): Map<string, string> {
  const { fuzz, bench, verify = null, matrices = {}, changes = null, title = 'rcufuzz report' } = input
  const findings = arrange(fuzz, bench, verify)
  return new Map([
    [
      'index.html',
      html(
        <Index
          fuzz={fuzz}
          bench={bench}
          verify={verify}
          changes={changes}
          findings={findings}
          title={title}
        />,
      ),
    ],
    ...findings.systems.map((system): [string, string] => [
      pageOf(system.name),
      html(
        <SystemPage
          system={system}
          fuzz={fuzz}
          bench={bench}
          findings={findings}
          matrix={matrices[system.name] ?? {}}
          title={title}
        />,
      ),
    ]),
  ])
}

const html = (page: ComponentChildren): string => `<!doctype html>\n${renderToString(<>{page}</>)}\n`

type Section = readonly [id: string, name: string, there: boolean]

function Page({
  title,
  sections,
  others,
  script = false,
  children,
}: {
  title: string
  sections: readonly Section[]
  /** Links to other pages. */
  others: readonly (readonly [href: string, name: string])[]
  script?: boolean
  children: ComponentChildren
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header>
          <h1>{title}</h1>
          <nav aria-label="Pages and sections">
            <ul>
              {others.map(([href, name]) => (
                <li>
                  <a href={href}>{name}</a>
                </li>
              ))}
            </ul>
            <ul>
              {sections.map(([id, name, there]) =>
                there ? (
                  <li>
                    <a href={`#${id}`}>{name}</a>
                  </li>
                ) : null,
              )}
            </ul>
          </nav>
        </header>
        <main id="main" tabIndex={-1}>
          {children}
        </main>
        {script ? <script dangerouslySetInnerHTML={{ __html: SCRIPT }} /> : null}
      </body>
    </html>
  )
}

function Index({
  fuzz,
  bench,
  verify,
  changes,
  findings,
  title,
}: {
  fuzz: FuzzFile | null
  bench: BenchFile | null
  verify: VerifyFile | null
  changes: Changes | null
  findings: Findings
  title: string
}) {
  const sections: Section[] = [
    ['summary', 'Summary', true],
    ['news', 'News', changes !== null],
    ['problems', 'Problems', fuzz?.results.some((r) => r.problem) === true],
    ['costs', 'Cost model', Object.keys(bench?.costs ?? {}).length > 0],
    ['reproduce', 'Reproduce', true],
  ]
  const others = findings.systems.map((s) => [pageOf(s.name), s.name] as const)
  return (
    <Page title={title} sections={sections} others={others}>
      <Summary findings={findings} bench={bench} />
      {changes ? <News changes={changes} /> : null}
      {fuzz ? <Problems results={fuzz.results} /> : null}
      {bench ? <CostModel bench={bench} /> : null}
      <Reproduce fuzz={fuzz} bench={bench} verify={verify} />
    </Page>
  )
}

function SystemPage({
  system,
  fuzz,
  bench,
  findings,
  matrix,
  title,
}: {
  system: System
  fuzz: FuzzFile | null
  bench: BenchFile | null
  findings: Findings
  matrix: CrashMatrix
  title: string
}) {
  const mine = findings.findings.filter((f) => f.result.system === system.name)
  const notices = findings.notices.filter((n) => n.result.system === system.name)
  const fuzzed = fuzz?.results.some((r) => r.system === system.name) === true
  const judged = system.candidates.some((c) => c.judged)
  const tried = fuzz?.matrix?.filter((row) => row.system === system.name) ?? []
  const crossed = Object.keys(matrix).length > 0 && judged
  const sections: Section[] = [
    ['verdicts', 'Verdicts and cost', true],
    ['violations', 'Violations', judged],
    ['matrix', 'Crashes × candidates', crossed],
    ['crossings', 'This campaign’s', tried.length > 0],
    ['notices', 'Notices', notices.length > 0],
    ['coverage', 'Campaign', fuzzed],
    ['cost', 'Cost', bench?.simulations.some((s) => s.system === system.name) === true],
    ['wall-clock', 'Wall clock', bench?.wallClock.some((w) => w.system === system.name) === true],
    ['origins', 'Sources', system.candidates.some((c) => c.source !== '')],
  ]
  const others = [
    ['index.html', '← Summary'] as const,
    ...findings.systems.filter((s) => s !== system).map((s) => [pageOf(s.name), s.name] as const),
  ]
  const full = bench?.systems[system.name]?.title ?? ''
  return (
    <Page title={`${system.name} – ${title}`} sections={sections} others={others} script={mine.length > 0}>
      {full === '' ? null : <p>{full}</p>}
      <section aria-labelledby="verdicts">
        <h2 id="verdicts">Verdicts and cost</h2>
        <SystemSummary system={system} findings={findings} bench={bench} title={system.name} here />
      </section>
      {judged ? <Violations findings={mine} shown={allot(mine)} /> : null}
      {crossed ? <Matrix system={system} matrix={matrix} /> : null}
      {fuzz && tried.length > 0 ? <Crossings rows={tried} results={fuzz.results} /> : null}
      <Notices notices={notices} />
      {fuzz && fuzzed ? <Coverage fuzz={fuzz} findings={findings} system={system} mine={mine} /> : null}
      {bench ? <SimulatedCost bench={bench} system={system} /> : null}
      {bench ? <WallClock bench={bench} system={system} /> : null}
      <Origins system={system} />
    </Page>
  )
}
