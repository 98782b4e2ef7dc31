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
  /** What its widest step needs. */
  readonly natural: number
  x: number
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
  const noted = marks(trace)
  const table = columnsOf(trace, noted)
  layOut(table, width)
  const lines: Piece[][] = [...header(table)]
  for (const row of trace.rows) {
    const column = table.find((c) => c.thread === row.thread)
    if (!column) continue
    const x = textX(column)
    const room = Math.max(width - x, NARROWEST)
    const mark = noted.get(row.step)
    const about = trace.violations.some((v) => concerns(row, v.object))
    const tone = mark?.tone ?? (row.operation === 'drain' ? 'drain' : about ? 'object' : '')
    const step: Piece[][] = wrap(stepText(row), room).map((text) => [{ x, text, tone }])
    if (mark && mark.text !== '') point(step, x, mark, room)
    if (options.source === true && row.source)
      for (const text of wrap(plain(`${row.source.file}:${row.source.line}`), room))
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

const INFERRED = '(inferred: nothing orders these steps, so another order of them does the harm)'

/** Only threads that take a step get a column. */
function columnsOf(trace: Trace, noted: ReadonlyMap<number, Mark>): Column[] {
  const last = trace.rows.at(-1)?.step ?? 0
  const table: Column[] = []
  trace.threads.forEach(({ name }, thread) => {
    const rows = trace.rows.filter((row) => row.thread === thread)
    if (rows.length === 0) return
    const bar =
      (sign: Bar['sign']) =>
      ({ start, end }: { start: number; end: number }): Bar => ({ start, end: end < 0 ? last : end, sign })
    const bars = [
      ...trace.sections.filter((s) => s.thread === thread).map(bar('|')),
      ...trace.gracePeriods.filter((g) => g.thread === thread).map(bar(':')),
    ]
    const needs = rows.map((row) => {
      const mark = noted.get(row.step)?.text ?? ''
      return stepText(row).length + (mark === '' ? 0 : ARROW.length + mark.length)
    })
    table.push({ thread, name: plain(name), bars, natural: Math.max(plain(name).length, ...needs), x: 0 })
  })
  return table
}

const ARROW = ' <--- '

/**
 * Side by side where the width allows it. Else columns begin closer together, and a step runs on to the right:
 * its line is its own, and in a mail a step a line is worth more than a clean edge.
 */
function layOut(table: readonly Column[], width: number): void {
  let x = 0
  for (const column of table) {
    column.x = x
    x = textX(column) + column.natural + GAP
  }
  if (x - GAP <= width || table.length < 2) return
  const room = (c: Column): number => width - c.natural - textX(c) + c.x
  const last = table.at(-1) as Column
  const distance = Math.max(room(last), 0) / (table.length - 1)
  let least = 0
  table.forEach((column, i) => {
    column.x = Math.max(least, Math.min(Math.floor(i * distance), room(column)))
    least = column.x + Math.min(Math.max(column.name.length, NARROWEST - GAP), 2 * NARROWEST) + GAP
  })
}

const textX = (column: Column): number => column.x + (column.bars.length > 0 ? 2 : 0)

function header(table: readonly Column[]): Piece[][] {
  const widths = table.map((c, i) => {
    const next = table[i + 1]
    return next ? next.x - c.x - GAP : textX(c) - c.x + c.natural
  })
  const names = table.map((c, i) => wrap(c.name, widths[i] ?? 0, ''))
  const lines: Piece[][] = []
  for (let i = 0; i < Math.max(0, ...names.map((n) => n.length)); i++)
    lines.push(table.map((c, k) => ({ x: c.x, text: names[k]?.[i] ?? '', tone: 'header' })))
  if (table.length > 0)
    lines.push(table.map((c, i) => ({ x: c.x, text: '-'.repeat(widths[i] ?? 0), tone: 'muted' })))
  return lines
}

/** Puts the arrow right of the step where there is room, else beneath its text. */
function point(step: Piece[][], x: number, mark: Mark, width: number): void {
  const line = step.at(-1)
  const used = (line?.[0]?.text.length ?? 0) + 1
  const room = width - used - mark.text.length - 2
  if (room >= 3)
    line?.push({ x: x + used, text: `<${'-'.repeat(Math.min(room, 11))} ${mark.text}`, tone: mark.tone })
  else
    for (const text of wrap(ARROW.trim() + ' ' + mark.text, width, '     '))
      step.push([{ x, text, tone: mark.tone }])
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
