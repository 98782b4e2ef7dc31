import type { Trace, TraceRow } from '../results.js'
import { concerns, marks, stepText, type Mark } from '../trace/marks.js'
import { plain, wrap } from '../trace/wrap.js'

/** Where everything of a drawn interleaving stands, in CSS pixels. */
export interface Layout {
  readonly width: number
  readonly height: number
  readonly columns: readonly Column[]
  readonly steps: readonly Step[]
  readonly bars: readonly Bar[]
  readonly arrows: readonly Arrow[]
}

export interface Column {
  readonly thread: number
  readonly name: readonly string[]
  readonly x: number
  readonly width: number
}

export interface Step {
  readonly row: TraceRow
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly lines: readonly string[]
  readonly mark: Mark | null
  readonly markLines: readonly string[]
  readonly source: string
  readonly look: string
}

export interface Bar {
  /** Read-side section, grace period, or the violated object: alive, waiting for its callback, freed. */
  readonly kind: 'sec' | 'gp' | 'alive' | 'waits' | 'freed'
  /** Steps; Infinity = it goes on. */
  readonly from: number
  readonly to: number
  readonly x: number
  readonly y: number
  readonly height: number
  readonly title: string
}

/** A read of what another thread stored. */
export interface Arrow {
  readonly from: Step
  readonly to: Step
  /** It carried the object that the violation is about. */
  readonly hot: boolean
}

/** Width of a character and height of a line, at 12 px. */
const CHAR = 7.3
export const LINE = 15
export const SOURCE_LINE = 12
export const HEAD = 12
const MIN_CHARS = 10
const MAX_CHARS = 28
const MARGIN = 30
const GUTTER = 48
const PAD = 8
const STEP_GAP = 5
const LANE = 7
/** Where the life of the violated object is drawn. */
const LIFE = 24

export function layOut(trace: Trace): Layout {
  const noted = marks(trace)
  const columns = columnsOf(trace, noted)
  const byThread = new Map(columns.map((c) => [c.thread, c]))
  const top = Math.max(1, ...columns.map((c) => c.name.length)) * LINE + HEAD
  let y = top
  const steps: Step[] = []
  for (const row of trace.rows) {
    const column = byThread.get(row.thread)
    if (!column) continue
    const mark = noted.get(row.step) ?? null
    const chars = Math.floor((column.width - 2 * PAD) / CHAR)
    const lines = wrap(stepText(row), chars)
    const markLines = mark && mark.text !== '' ? wrap(POINTER + mark.text, chars) : []
    const source = row.source ? `${plain(base(row.source.file))}:${row.source.line}` : ''
    const height = (lines.length + markLines.length) * LINE + (source === '' ? 0 : SOURCE_LINE) + PAD
    const about = trace.violations.some((v) => concerns(row, v.object))
    const look = mark?.tone ?? (about ? 'obj' : '')
    const drain = row.operation === 'drain' ? 'drain' : ''
    steps.push({
      row,
      x: column.x,
      y,
      width: column.width,
      height,
      lines,
      mark,
      markLines,
      source,
      look: [look, drain].filter((name) => name !== '').join(' '),
    })
    y += height + STEP_GAP
  }
  const right = columns.at(-1)
  return {
    width: Math.ceil((right ? right.x + right.width : 0) + MARGIN),
    height: Math.ceil(y + PAD),
    columns,
    steps,
    bars: [...barsOf(trace, byThread, steps, top, y), ...lifeOf(trace, steps, top, y)],
    arrows: arrowsOf(trace, steps),
  }
}

const POINTER = '◀ '

function columnsOf(trace: Trace, noted: ReadonlyMap<number, Mark>): Column[] {
  let x = MARGIN + LANE * 3
  const columns: Column[] = []
  trace.threads.forEach(({ name, role }, thread) => {
    const rows = trace.rows.filter((row) => row.thread === thread)
    if (rows.length === 0) return
    const longest = Math.max(
      plain(name).length,
      ...rows.map((row) => stepText(row).length),
      ...rows.map((row) => POINTER.length + (noted.get(row.step)?.text.length ?? 0)),
    )
    const chars = Math.min(Math.max(longest, MIN_CHARS), MAX_CHARS)
    const title = role === '' || role === name ? name : `${name} (${role})`
    const width = Math.ceil(chars * CHAR) + 2 * PAD
    columns.push({ thread, name: wrap(plain(title), chars, ''), x, width })
    x += width + GUTTER
  })
  return columns
}

/** The last part of a path. */
const base = (file: string): string => file.split('/').at(-1) ?? file

function barsOf(
  trace: Trace,
  columns: ReadonlyMap<number, Column>,
  steps: readonly Step[],
  top: number,
  bottom: number,
): Bar[] {
  const draw = (kind: Bar['kind'], what: string, spans: Trace['sections']): Bar[] => {
    const lanes = new Map<number, number[]>()
    const bars: Bar[] = []
    for (const { thread, start, end } of spans.toSorted((a, b) => a.start - b.start)) {
      const column = columns.get(thread)
      if (!column) continue
      const ends = lanes.get(thread) ?? []
      lanes.set(thread, ends)
      let lane = ends.findIndex((e) => e < start)
      if (lane < 0) lane = ends.length
      ends[lane] = end < 0 ? Infinity : end
      const shift = 5 + Math.min(lane, 2) * LANE
      const first = steps.find((s) => s.row.step >= start)
      const last = end < 0 ? undefined : steps.find((s) => s.row.step >= end)
      const y = first?.y ?? top
      bars.push({
        kind,
        x: kind === 'sec' ? column.x - shift - 4 : column.x + column.width + shift,
        y,
        height: (last ? last.y + last.height : bottom) - y,
        from: start,
        to: end < 0 ? Infinity : end,
        title: `${what} of ${columns.get(thread)?.name.join('') ?? ''}: step ${start} to ${end < 0 ? 'the end, still open' : String(end)}`,
      })
    }
    return bars
  }
  return [
    ...draw('sec', 'read-side section', trace.sections),
    ...draw('gp', 'grace period', trace.gracePeriods),
  ]
}

/** The life of the object that the violation is about, left of all threads. */
function lifeOf(trace: Trace, steps: readonly Step[], top: number, bottom: number): Bar[] {
  const object = trace.violations.find((v) => v.object !== '')?.object
  if (object === undefined) return []
  const rows = steps.map((s) => s.row)
  const step = (operation: string): number | undefined =>
    rows.find((r) => r.operation === operation && (r.object === object || names(r.text, object)))?.step
  const [born = 0, retired, freed] = [step('alloc'), step('callRcu'), step('free')]
  const y = (at: number): number => steps.find((s) => s.row.step >= at)?.y ?? bottom
  const ends = [retired, freed].filter((s) => s !== undefined).sort((a, b) => a - b)
  const bar = (kind: Bar['kind'], from: number, to: number | undefined, title: string): Bar => ({
    kind,
    from,
    to: to ?? Infinity,
    x: LIFE,
    y: from === 0 ? top : y(from),
    height: Math.max(0, (to === undefined ? bottom : y(to)) - (from === 0 ? top : y(from))),
    title: `${plain(object)} ${title}, from step ${from}`,
  })
  const bars = [bar('alive', born, ends[0], 'is alive')]
  if (retired !== undefined && (freed === undefined || retired < freed))
    bars.push(bar('waits', retired, freed, 'waits for its callback'))
  if (freed !== undefined) bars.push(bar('freed', freed, undefined, 'is freed'))
  return bars
}

const names = (text: string, object: string): boolean => text.split(/[\s,()]+/).includes(object)

function arrowsOf(trace: Trace, steps: readonly Step[]): Arrow[] {
  const at = new Map(steps.map((s) => [s.row.step, s]))
  const arrows: Arrow[] = []
  for (const to of steps) {
    const from = at.get(to.row.from ?? -1)
    if (!from || from.row.thread === to.row.thread) continue
    const hot = trace.violations.some((v) => v.object !== '' && v.object === to.row.value)
    arrows.push({ from, to, hot })
  }
  return arrows
}
