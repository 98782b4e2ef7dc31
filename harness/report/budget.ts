import type { Trace } from '../results.js'
import { columns } from '../trace/columns.js'
import type { Finding } from './findings.js'

/** How much of an interleaving the page shows; the replay command is always there. */
export type Shown = { readonly drawn: boolean; readonly text: string | null }

/** Bytes of drawings and of text columns in one page: a page with 100 crashes still opens on a phone. */
const DRAWN = 1_150_000
const TEXT = 700_000

/** Every candidate's first violations come first, so that none goes without a drawing while another has ten. */
export function allot(findings: readonly Finding[]): Map<string, Shown> {
  const rank = (f: Finding): number => f.result.violations.indexOf(f.violation)
  const shown = new Map<string, Shown>()
  let drawn = 0
  let written = 0
  for (const finding of findings.toSorted((a, b) => rank(a) - rank(b))) {
    const { trace } = finding.violation
    const size = drawingSize(trace)
    const text = columns(trace)
    const draw = drawn + size <= DRAWN
    const write = written + text.length <= TEXT
    if (draw) drawn += size
    if (write) written += text.length
    shown.set(finding.id, { drawn: draw, text: write ? text : null })
  }
  return shown
}

/** About the bytes of a drawing. */
function drawingSize(trace: Trace): number {
  let size = 2000
  for (const row of trace.rows) {
    const source = row.source ? 2 * row.source.file.length + row.source.text.length + 50 : 0
    size += 170 + 2 * row.text.length + source
  }
  return size
}
