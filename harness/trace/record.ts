import { Struct, type Cell, type Machine, type Thread, type Tracer } from '../machine/index.js'
import type { Trace, TraceRow } from '../results.js'
import { requestSite, sourceLine } from './source.js'

/**
 * Writes an execution down, step by step: `machine.tracer = recorder; machine.run(...); recorder.trace(...)`.
 * It changes nothing in the execution.
 */
export class Recorder implements Tracer {
  private readonly rows: TraceRow[] = []
  private readonly gracePeriods: Trace['gracePeriods'] = []
  private readonly sections: Trace['sections'] = []
  private pending: { cell: Cell<unknown> | null; cell2: Cell<unknown> | null } = { cell: null, cell2: null }
  private reads: { from: number; stale: boolean }[] = []
  private drained = ''

  site(): string | null {
    return requestSite()
  }

  before(m: Machine, agent: number): void {
    this.reads = []
    if (agent >= m.capacity) {
      this.drained = m.memory.describeDrain(m.threads[agent - m.capacity] as Thread)
      return
    }
    const t = m.threads[agent] as Thread
    this.pending = { cell: t.cell, cell2: isWide(t) ? t.cell2 : null }
  }

  readFrom(m: Machine, _t: Thread, cell: Cell<unknown>, tag: number): void {
    // Tags are twice the step of the store, plus one for wide stores; -1 is the initial value.
    const newest = cell.newest && m.memory.name === 'weak' ? cell.newest.tag : tag
    this.reads.push({ from: tag < 0 ? -1 : tag >> 1, stale: tag !== newest })
  }

  after(m: Machine, agent: number): void {
    if (agent >= m.capacity) {
      this.rows.push({
        step: m.step,
        thread: agent - m.capacity,
        operation: 'drain',
        text: `(${this.drained} reaches memory)`,
      })
      return
    }
    const t = m.threads[agent] as Thread
    const { cell, cell2 } = this.pending
    const row: TraceRow = {
      step: m.step,
      thread: agent,
      operation: t.operation?.name ?? '',
      text: describe(t, cell, cell2),
    }
    if (cell) {
      row.cell = cell.label
      row.object = cell.owner.label
      row.value = show(READS.has(row.operation) ? t.result : t.result === undefined ? t.x : cell.value)
    } else if (t.operation?.name === 'free') row.object = (t.x as Struct).label
    else if (t.operation?.name === 'alloc') row.object = show(t.result)
    const read = this.reads[0]
    if (read) {
      row.from = read.from
      if (read.stale) row.stale = true
    }
    const source = t.site === null ? null : sourceLine(t.site)
    if (source) row.source = source
    this.rows.push(row)
    this.follow(m, t, row.operation)
  }

  /** Keeps the bars: read-side sections and grace periods. */
  private follow(m: Machine, t: Thread, operation: string): void {
    const step = m.step
    if ((operation === 'rcuReadLock' && t.rcuDepth === 1) || operation === 'srcuReadLock')
      this.sections.push({ thread: t.id, start: step, end: -1 })
    else if ((operation === 'rcuReadUnlock' && t.rcuDepth === 0) || operation === 'srcuReadUnlock') {
      const open = this.sections.findLast((s) => s.thread === t.id && s.end < 0)
      if (open) open.end = step
    } else if (operation === 'gracePeriodStart')
      this.gracePeriods.push({ thread: t.id, start: step, end: -1 })
    else if (operation === 'gracePeriodEnd') {
      const open = this.gracePeriods.findLast((g) => g.thread === t.id && g.end < 0)
      if (open) open.end = step
    }
  }

  trace(m: Machine, violations: Trace['violations']): Trace {
    return {
      threads: m.threads.map((t) => ({ name: t.name, role: t.role })),
      rows: this.rows,
      gracePeriods: this.gracePeriods,
      sections: this.sections,
      violations,
    }
  }
}

const READS = new Set(['read', 'plainRead', 'loadAcquire', 'rcuDereference', 'waitUntil', 'readPair'])
const isWide = (t: Thread): boolean =>
  ['readPair', 'writePair', 'storeReleasePair'].includes(t.operation?.name ?? '')

/** What a person reads: `rcuDereference ram_list.mru_block -> X`. */
function describe(t: Thread, cell: Cell<unknown> | null, cell2: Cell<unknown> | null): string {
  const name = t.operation?.name ?? ''
  if (cell && cell2) {
    const pair = `${name} ${cell.label}, ${cell2.name}`
    if (name !== 'readPair') return `${pair} = ${show(t.x)}, ${show(t.y)}`
    const [a, b] = t.result as [unknown, unknown]
    return `${pair} -> ${show(a)}, ${show(b)}`
  }
  if (cell) {
    const access = `${name} ${cell.label}`
    if (READS.has(name)) return `${access} -> ${show(t.result)}`
    if (t.result === undefined) return `${access} = ${show(t.x)}`
    return `${access}: ${show(t.result)} -> ${show(cell.value)}`
  }
  return `${name} ${argument(t, name)}`.trim()
}

/** What an operation on no cell is about. */
function argument(t: Thread, name: string): string {
  switch (name) {
    case 'callRcu':
      return `${label(t.x)} ${(t.y as { readonly name: string }).name}`
    case 'dequeueCallback': {
      const head = t.y as { readonly owner: Struct; readonly func: { readonly name: string } | null } | null
      return head ? `${head.owner.label} ${head.func?.name ?? ''}` : ''
    }
    case 'callRcuCount':
      return ''
    case 'awaitCallbacks':
      return `-> ${show(t.result)}`
    case 'rcuForced':
      return `-> ${show(t.result)}`
    case 'alloc': {
      const { label, formerly } = t.result as Struct
      return formerly ? `${label} where ${formerly.label} was` : label
    }
    default:
      return label(t.x)
  }
}

/** The name of a mutex, a domain, an object, or of the object that a head is in. */
function label(x: unknown): string {
  if (x instanceof Struct) return x.label
  if (typeof x !== 'object' || x === null) return ''
  if ('owner' in x && x.owner instanceof Struct) return x.owner.label
  return 'name' in x && typeof x.name === 'string' ? x.name : ''
}

/** A value as the program would print it. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (value instanceof Struct) return value.label
  if (Array.isArray(value)) return `[${value.map(show).join(' ')}]`
  // A class that says how its values are written is taken at its word.
  if (typeof value === 'object' && value.toString === Object.prototype.toString)
    return Object.values(value).map(show).join('+')
  return String(value)
}
