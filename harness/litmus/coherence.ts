import { isRead, type Execution } from './execution.js'
import type { Event } from './event.js'
import { Unsupported } from './unsupported.js'

/** The writes to one location, and the orders that are still open for them. */
export interface Writes {
  readonly location: number
  readonly writes: readonly Event[]
  /** Bit j of `after[i]`: write j comes after write i. Transitive. */
  readonly after: readonly number[]
}

/** Orders are masks of 32 bits; the initial state counts as a write. */
const MOST_WRITES = 32

/**
 * What program order and the reads decided so far say of the order of the writes to a location ("SC per
 * location"); null if they contradict each other.
 */
export function forcedOrder(x: Execution, location: number): Writes | null {
  const { here, writes, index } = x.at(location)
  const tooMany = writes[MOST_WRITES]
  if (tooMany) throw new Unsupported(`more than ${MOST_WRITES - 1} writes to one location`, tooMany.at)
  const after = new Array<number>(writes.length).fill(0)
  let possible = true
  const order = (first: number, second: number): void => {
    if (first === second) return
    const i = index.get(first)
    const j = index.get(second)
    if (i === undefined || j === undefined) return
    after[i] = (after[i] as number) | (1 << j)
  }
  const sourceOf = (e: Event): number => x.readsFrom[e.id] as number
  for (const first of writes) if (first.kind === 'IW') for (const w of writes) order(first.id, w.id)
  for (const [i, d] of here.entries())
    for (let k = i + 1; k < here.length; k++) {
      const e = here[k] as Event
      if (d.thread !== e.thread || d.kind === 'IW') continue
      const first = isRead(d) ? sourceOf(d) : d.id
      const second = isRead(e) ? sourceOf(e) : e.id
      if (first < 0 || second < 0) continue
      if (isRead(d) && first === e.id) possible = false
      order(first, second)
    }
  const claimed = new Set<number>()
  for (const w of writes) {
    const source = w.rmw && w.kind === 'W' ? sourceOf(w.rmw) : -1
    if (source < 0) continue
    // Two atomics cannot both follow the same write at once.
    if (claimed.has(source)) return null
    claimed.add(source)
    const s = index.get(source)
    if (s === undefined) continue
    order(source, w.id)
    // Whatever comes after the write that is read comes after the atomic's own write.
    const me = index.get(w.id) as number
    for (let u = 0; u < writes.length; u++)
      if (u !== me && ((after[s] as number) >>> u) & 1) after[me] = (after[me] as number) | (1 << u)
  }
  if (!possible || !close(after)) return null
  return { location, writes, after }
}

/** Transitive closure; false if it has a circle. */
function close(after: number[]): boolean {
  const n = after.length
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++)
      if (((after[i] as number) >>> k) & 1) after[i] = (after[i] as number) | (after[k] as number)
  return after.every((row, i) => ((row >>> i) & 1) === 0)
}

export const isTotal = ({ after }: Writes): boolean =>
  after.reduce((pairs, row) => pairs + ones(row), 0) === (after.length * (after.length - 1)) / 2

function ones(row: number): number {
  let n = 0
  for (let bits = row; bits !== 0; bits &= bits - 1) n++
  return n
}

/** The order, where only one is open. */
export function onlyOrder({ writes, after }: Writes): readonly Event[] {
  const order = new Array<Event>(writes.length)
  writes.forEach((w, i) => (order[writes.length - 1 - ones(after[i] as number)] = w))
  return order
}

/** The decided pairs, for `Execution.coherence`. */
export function pairsOf({ writes, after }: Writes): number[] {
  const pairs: number[] = []
  writes.forEach((w, i) => {
    writes.forEach((v, j) => {
      if (((after[i] as number) >>> j) & 1) pairs.push(w.id, v.id)
    })
  })
  return pairs
}

/**
 * All total orders of a location's writes that keep atomics atomic and lock sections whole: an unlock follows its
 * lock at once, and a section follows an unlock or the initial state.
 */
export function* totalOrders(
  x: Execution,
  { writes, after }: Writes,
  unlockOf: ReadonlyMap<number, number>,
): Generator<readonly Event[]> {
  const n = writes.length
  const placed: Event[] = []
  const next = new Map<number, number>()
  for (const w of writes) if (w.rmw && w.kind === 'W') next.set(x.readsFrom[w.rmw.id] as number, w.id)
  const fits = (w: Event): boolean => {
    const last = placed.at(-1)
    if (last === undefined) return true
    const wanted = next.get(last.id) ?? unlockOf.get(last.id)
    if (wanted !== undefined) return wanted === w.id
    if (w.kind === 'UL') return false
    if (w.kind === 'LKW') return last.kind === 'IW' || last.kind === 'UL'
    return !(w.rmw && w.kind === 'W') || x.readsFrom[w.rmw.id] === last.id
  }
  const before = writes.map((_, j) => after.reduce((mask, row, i) => mask | (((row >>> j) & 1) << i), 0))
  function* place(done: number): Generator<readonly Event[]> {
    if (placed.length === n) {
      yield [...placed]
      return
    }
    for (let i = 0; i < n; i++) {
      const w = writes[i] as Event
      if ((done >>> i) & 1 || ((before[i] as number) & ~done) !== 0 || !fits(w)) continue
      placed.push(w)
      yield* place(done | (1 << i))
      placed.pop()
    }
  }
  yield* place(0)
}

/** All pairs of a total order. */
export function pairsOfOrder(order: readonly Event[]): number[] {
  const pairs: number[] = []
  order.forEach((w, i) => {
    for (let j = i + 1; j < order.length; j++) pairs.push(w.id, (order[j] as Event).id)
  })
  return pairs
}
