import type { Trace } from '../results.js'
import { concerns, marks, stepText, type Mark } from './marks.js'
import { plain, wrap } from './wrap.js'

export interface ColumnsOptions {
  /** Characters in a line, as far as the number of threads allows it. Default: a mail's. */
  readonly width?: number
  /**
   * Wraps a piece of text in whatever makes it coloured. Tones: header, violation, notice, free, cause,
   * drain, object, muted.
   */
  readonly colour?: (text: string, tone: string) => string
  /** With the source line of each step beneath it. */
  readonly source?: boolean
}

interface Column {
  readonly thread: number
  readonly name: string
  /** `|` and `:` stand here, left of the text. */
  readonly bars: readonly Bar[]
  x: number
  width: number
}

interface Bar {
  readonly start: number
  readonly end: number
  readonly sign: '|' | ':'
}

interface Piece {
  readonly x: number
  readonly text: string
  readonly tone: string
}

const MAIL = 78
const GAP = 2
const NARROWEST = 12

/**
 * An interleaving as people draw it in mails: a column per thread, time downward, one step a line, and a
 * `<---` where the harm is done. `|` runs beside a read-side section, `:` beside a grace period.
 */
export function columns(trace: Trace, options: ColumnsOptions = {}): string {
  const width = options.width ?? MAIL
  const colour = options.colour ?? ((text: string): string => text)
  const table = layOut(trace, width)
  const noted = marks(trace)
  const lines: Piece[][] = [...header(table)]
  for (const row of trace.rows) {
    const column = table.find((c) => c.thread === row.thread)
    if (!column) continue
    const x = textX(column)
    const mark = noted.get(row.step)
    const about = trace.violations.some((v) => concerns(row, v.object))
    const tone = mark?.tone ?? (row.operation === 'drain' ? 'drain' : about ? 'object' : '')
    const step: Piece[][] = wrap(stepText(row), column.width).map((text) => [{ x, text, tone }])
    if (mark) point(step, x, mark, width, column.width)
    if (options.source === true && row.source)
      for (const text of wrap(plain(`${row.source.file}:${row.source.line}`), column.width))
        step.push([{ x, text, tone: 'muted' }])
    for (const line of step) {
      drawBars(line, table, row.step)
      lines.push(line)
    }
  }
  const out = lines.map((line) => print(line, colour))
  if (table.some((c) => c.bars.length > 0)) out.push('', colour(legend(table), 'muted'))
  if (trace.violations.length > 0 && out.length > 0) out.push('')
  for (const v of trace.violations) {
    const text = `${v.severity === 'notice' ? 'notice: ' : ''}${v.kind}: ${v.message}`
    const tone = v.severity === 'notice' ? 'notice' : 'violation'
    for (const line of wrap(plain(text), width)) out.push(colour(line, tone))
    if (!v.concrete) for (const line of wrap(INFERRED, width)) out.push(colour(line, 'muted'))
  }
  return out.join('\n') + '\n'
}

const INFERRED = '  (inferred: nothing orders these steps, so another order of them does the harm)'

/** Only threads that take a step get a column. */
function layOut(trace: Trace, width: number): Column[] {
  const last = trace.rows.at(-1)?.step ?? 0
  const natural: number[] = []
  const table: Column[] = []
  trace.threads.forEach(({ name }, thread) => {
    const texts = trace.rows.filter((row) => row.thread === thread).map((row) => stepText(row).length)
    if (texts.length === 0) return
    const bar =
      (sign: Bar['sign']) =>
      ({ start, end }: { start: number; end: number }): Bar => ({ start, end: end < 0 ? last : end, sign })
    const bars = [
      ...trace.sections.filter((s) => s.thread === thread).map(bar('|')),
      ...trace.gracePeriods.filter((g) => g.thread === thread).map(bar(':')),
    ]
    natural.push(Math.max(plain(name).length, ...texts))
    table.push({ thread, name: plain(name), bars, x: 0, width: 0 })
  })
  const fixed = table.reduce((sum, c) => sum + textX(c) - c.x + GAP, -GAP)
  let cap = Math.max(...natural, NARROWEST)
  while (cap > NARROWEST && natural.reduce((sum, n) => sum + Math.min(n, cap), fixed) > width) cap--
  let x = 0
  table.forEach((column, i) => {
    column.x = x
    column.width = Math.min(natural[i] ?? cap, cap)
    x = textX(column) + column.width + GAP
  })
  return table
}

const textX = (column: Column): number => column.x + (column.bars.length > 0 ? 2 : 0)

function header(table: readonly Column[]): Piece[][] {
  const names = table.map((c) => wrap(c.name, c.width + textX(c) - c.x, ''))
  const height = Math.max(0, ...names.map((n) => n.length))
  const lines: Piece[][] = []
  for (let i = 0; i < height; i++)
    lines.push(table.map((c, k) => ({ x: c.x, text: names[k]?.[i] ?? '', tone: 'header' })))
  const rule = (c: Column): string => '-'.repeat(c.width + textX(c) - c.x)
  if (table.length > 0) lines.push(table.map((c) => ({ x: c.x, text: rule(c), tone: 'muted' })))
  return lines
}

/** Puts the arrow right of the step where there is room, else beneath its text. */
function point(step: Piece[][], x: number, mark: Mark, width: number, own: number): void {
  const end = x + (step.at(-1)?.[0]?.text.length ?? 0) + 1
  const room = width - end - mark.text.length - 2
  if (room >= 3)
    step
      .at(-1)
      ?.push({ x: end, text: `<${'-'.repeat(Math.min(room, 11))} ${mark.text}`, tone: mark.tone })
  else
    for (const text of wrap(`<--- ${mark.text}`, own, '     ')) step.push([{ x, text, tone: mark.tone }])
}

function drawBars(line: Piece[], table: readonly Column[], step: number): void {
  const taken = line.slice()
  for (const column of table) {
    const bar = column.bars.findLast((b) => b.start <= step && step <= b.end)
    if (!bar || taken.some((p) => p.x <= column.x && column.x < p.x + p.text.length)) continue
    line.push({ x: column.x, text: bar.sign, tone: 'muted' })
  }
}

function print(line: readonly Piece[], colour: (text: string, tone: string) => string): string {
  let out = ''
  let at = 0
  for (const piece of line.toSorted((a, b) => a.x - b.x)) {
    if (piece.text === '') continue
    out += ' '.repeat(Math.max(piece.x - at, 0))
    out += piece.tone === '' ? piece.text : colour(piece.text, piece.tone)
    at = piece.x + piece.text.length
  }
  return out
}

function legend(table: readonly Column[]): string {
  const has = (sign: Bar['sign']): boolean => table.some((c) => c.bars.some((b) => b.sign === sign))
  return [has('|') ? '| read-side section' : '', has(':') ? ': grace period' : '']
    .filter((part) => part !== '')
    .join('     ')
}
