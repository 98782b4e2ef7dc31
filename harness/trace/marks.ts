import type { Trace, TraceRow } from '../results.js'
import { plain } from './wrap.js'

/** Why a step is worth a look: it does the harm, it is graded, it frees the object, it hands it on. */
export type Tone = 'violation' | 'notice' | 'free' | 'cause'

export interface Mark {
  readonly tone: Tone
  /** Empty for a free: the step says it itself. */
  readonly text: string
}

type Violation = Trace['violations'][number]

const RANK: Readonly<Record<Tone, number>> = { violation: 3, notice: 2, free: 1, cause: 0 }

/** What a person writes beside the steps of an interleaving, by step. */
export function marks(trace: Trace): Map<number, Mark> {
  const rows = new Map(trace.rows.map((row) => [row.step, row]))
  const found = new Map<number, Mark>()
  const add = (step: number, tone: Tone, text: string): void => {
    const old = found.get(step)
    const texts = old && old.text !== '' ? old.text.split(', ') : []
    if (text !== '' && !texts.includes(text)) texts.push(text)
    found.set(step, { tone: old && RANK[old.tone] > RANK[tone] ? old.tone : tone, text: texts.join(', ') })
  }
  for (const v of trace.violations) {
    const last = v.sites.at(-1)
    const inferred = !v.concrete && rowOf(trace, last)?.operation === 'free'
    for (const site of v.sites) {
      const row = rowOf(trace, site)
      if (!row) continue
      // Who is stuck in a deadlock is stuck at the same time.
      if (site.step === last?.step)
        add(row.step, v.severity === 'error' ? 'violation' : 'notice', plain(v.kind))
      else if (row.operation === 'free') add(row.step, 'free', '')
      else add(row.step, 'cause', inferred ? 'not ordered before the free' : 'the other access')
    }
    if (v.object === '') continue
    for (const row of trace.rows)
      if (row.operation === 'free' && row.object === v.object) add(row.step, 'free', '')
    const hand = handOver(trace, rows, v)
    if (hand) add(hand.step, 'cause', hand.text)
  }
  return found
}

/**
 * The step that a site is about. What a thread's own code finds out between two steps is booked on the next one; where
 * that is another thread's, it belongs to the step before.
 */
function rowOf({ rows, threads }: Trace, site: Violation['sites'][number] | undefined): TraceRow | undefined {
  if (!site || site.step < 0) return undefined
  return rows.findLast((r) => r.step <= site.step && threads[r.thread]?.name === site.thread)
}

/** Whether the step is about the object: an access to it, or a pointer to it on its way. */
export const concerns = (row: TraceRow, object: string): boolean =>
  object !== '' &&
  (row.object === object || row.value === object || row.text.split(/[\s.,:()]+/).includes(object))

/** What is printed for a step. */
export const stepText = (row: TraceRow): string =>
  plain(row.stale === true && !/stale/.test(row.text) ? `${row.text} (stale)` : row.text)

/**
 * The store through which the harmed thread got its pointer, when it wiped out what another thread had
 * stored there: "overwrites NULL". With a store buffer it does so when it leaves the buffer.
 */
function handOver(
  trace: Trace,
  rows: ReadonlyMap<number, TraceRow>,
  v: Violation,
): { readonly step: number; readonly text: string } | null {
  const harmed = v.sites.map((site) => rowOf(trace, site)).findLast((row) => row && row.operation !== 'free')
  if (!harmed) return null
  const got = trace.rows.findLast(
    (r) => r.thread === harmed.thread && r.step < harmed.step && r.value === v.object && r.from !== undefined,
  )
  const store = rows.get(got?.from ?? -1)
  if (!store || !isStore(store)) return null
  const landed = landings(trace)
  const at = landed.get(store.step) ?? store.step
  let before: TraceRow | undefined
  let time = -1
  for (const row of trace.rows) {
    const t = landed.get(row.step)
    if (t === undefined || row.cell !== store.cell || t >= at || t < time) continue
    before = row
    time = t
  }
  if (!before || !isStore(before) || before.thread === store.thread || before.value === store.value)
    return null
  return { step: at, text: `overwrites ${plain(before.value ?? '')}` }
}

const isStore = (row: TraceRow): boolean =>
  row.operation !== 'drain' && row.cell !== undefined && row.value !== undefined && row.from === undefined

/** When each write to a cell reached memory: at once, or when it left its thread's store buffer. */
function landings(trace: Trace): Map<number, number> {
  const landed = new Map<number, number>()
  const buffered: TraceRow[] = []
  for (const row of trace.rows) {
    if (row.operation === 'drain') {
      const i = buffered.findIndex(
        (b) => b.thread === row.thread && (b.cell === row.cell || row.text.includes(b.cell ?? '\n')),
      )
      const [store] = i < 0 ? [] : buffered.splice(i, 1)
      if (store) landed.set(store.step, row.step)
    } else if (isStore(row)) {
      landed.set(row.step, row.step)
      buffered.push(row)
    } else if (row.cell !== undefined && /xchg|fetch|inc|dec|add/i.test(row.operation)) {
      landed.set(row.step, row.step)
    }
  }
  return landed
}
