import { renderToString } from 'preact-render-to-string'
import type { BenchFile, FuzzFile, VerifyFile } from '../results.js'
import { allot } from './budget.js'
import { SimulatedCost } from './cost.js'
import { CostModel } from './cost-model.js'
import { Coverage } from './coverage.js'
import { arrange } from './findings.js'
import { Crossings, News, Problems } from './news.js'
import { Notices } from './notices.js'
import { Reproduce } from './reproduce.js'
import type { Changes } from './since.js'
import { STYLE } from './style.js'
import { Summary } from './summary.js'
import { Violations } from './violations.js'
import { WallClock } from './wall-clock.js'

export interface ReportInput {
  readonly fuzz: FuzzFile | null
  readonly bench: BenchFile | null
  /** What is new since the campaign before, if there was one. */
  readonly changes?: Changes | null
  readonly verify?: VerifyFile | null
  readonly title?: string
}

/**
 * One page that needs nothing but itself: no script, no network. The same input gives the same bytes.
 */
export function renderReport(input: ReportInput): string {
  return `<!doctype html>\n${renderToString(<Page {...input} />)}\n`
}

function Page({ fuzz, bench, verify = null, changes = null, title = 'rcufuzz report' }: ReportInput) {
  const findings = arrange(fuzz, bench, verify)
  const shown = allot(findings.findings)
  const sections = [
    ['summary', 'Summary', true],
    ['news', 'News', changes !== null],
    ['problems', 'Problems', fuzz?.results.some((r) => r.problem) === true],
    ['violations', 'Violations', fuzz !== null || verify !== null],
    ['crossings', 'Crossings', (fuzz?.matrix?.length ?? 0) > 0],
    ['notices', 'Notices', findings.notices.length > 0],
    ['coverage', 'Campaign', (fuzz?.results.length ?? 0) > 0],
    ['cost', 'Cost', (bench?.simulations.length ?? 0) > 0],
    ['wall-clock', 'Wall clock', (bench?.wallClock.length ?? 0) > 0],
    ['costs', 'Cost model', Object.keys(bench?.costs ?? {}).length > 0],
    ['reproduce', 'Reproduce', true],
  ] as const
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
          <nav aria-label="Sections">
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
          <Summary findings={findings} bench={bench} />
          {changes ? <News changes={changes} /> : null}
          {fuzz ? <Problems results={fuzz.results} /> : null}
          {fuzz || verify ? <Violations findings={findings.findings} shown={shown} /> : null}
          {fuzz ? <Crossings fuzz={fuzz} /> : null}
          <Notices notices={findings.notices} />
          {fuzz ? <Coverage fuzz={fuzz} findings={findings} /> : null}
          {bench ? <SimulatedCost bench={bench} findings={findings} /> : null}
          {bench ? <WallClock bench={bench} findings={findings} /> : null}
          {bench ? <CostModel bench={bench} /> : null}
          <Reproduce fuzz={fuzz} bench={bench} verify={verify} findings={findings} />
        </main>
      </body>
    </html>
  )
}
