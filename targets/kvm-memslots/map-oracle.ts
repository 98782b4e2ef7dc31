import type { Machine, Moment, Thread } from '#harness/machine/index.js'

/** What an access ends in: the name of host memory, or null for an MMIO exit. */
export type Ending = string | null

/** One state of a guest frame: what an access ends in from some update on. */
interface State {
  readonly ending: Ending
  /** When the ioctl that made it so had returned; null while it has not, or for the hole within a move. */
  returned: Moment | null
}

/**
 * Books what stands behind each guest frame, and judges how accesses end (domain I6).
 *
 * An access may end as the map was when it began, or as any update makes it that has begun before it ends:
 * Xiao Guangrong's cases 1 and 2, "that's ok since the ioctl have not finished". When it began after an ioctl
 * had returned, it must not end as before it. "After" is time under `sc`, where everybody agrees on it, and
 * happens-before elsewhere.
 *
 * A late exit is graded apart, as a notice: the access began before the ioctl returned, ends as before it,
 * and does so after it returned.
 */
export class MapOracle {
  /** By address space and frame: its states so far, oldest first. */
  private readonly histories = new Map<number, State[]>()
  private readonly boot: (readonly [asId: number, gfn: number, ending: Ending])[] = []
  /** Frames that are being deleted and created again: what S4.9 is about. */
  private readonly replaced = new Set<number>()
  private readonly begans: Began[] = []

  constructor(private readonly m: Machine) {
    m.book(() => this.entries())
    m.atStart(() => {
      this.replaced.clear()
      for (const began of this.begans) began.reset()
      for (const [asId, gfn, ending] of this.boot) {
        const history = this.history(asId, gfn)
        history.length = 0
        history.push({ ending, returned: null })
      }
    })
  }

  /**
   * All that `judge` looks at. When an ioctl had returned counts for the accesses that have begun, which are
   * asked here, and for those still to come: under `sc` all of these are after it.
   */
  private entries(): unknown[] {
    const entries: unknown[] = []
    const sc = this.m.memory.name === 'sc'
    for (const [frame, history] of this.histories) {
      entries.push(history.length, this.replaced.has(frame))
      for (const { ending, returned } of history) entries.push(ending, sc ? returned !== null : returned)
      for (const began of this.begans) entries.push(this.binding(history, began))
    }
    return entries
  }

  /** A thread's accesses will be judged. */
  watch(began: Began): void {
    this.begans.push(began)
  }

  private history(asId: number, gfn: number): State[] {
    const key = 8 * asId + gfn
    let history = this.histories.get(key)
    if (!history) this.histories.set(key, (history = []))
    return history
  }

  atBoot(asId: number, gfn: number, ending: Ending): void {
    this.boot.push([asId, gfn, ending])
  }

  /** What the frame is by now, all updates that have begun included. */
  at(asId: number, gfn: number): Ending {
    return (this.history(asId, gfn).at(-1) as State).ending
  }

  /** An update begins after which the frame ends in the last of these; in the meantime, in any of them. */
  changing(asId: number, gfn: number, ...endings: readonly Ending[]): void {
    for (const ending of endings) this.history(asId, gfn).push({ ending, returned: null })
  }

  /** The ioctl that changes the frame has returned. */
  changed(t: Thread, asId: number, gfn: number): void {
    ;(this.history(asId, gfn).at(-1) as State).returned = t.moment()
  }

  /** QEMU takes the slot away to put another one there at once; the guest knows nothing of it. */
  replacing(asId: number, gfn: number, now: boolean): void {
    if (now) this.replaced.add(8 * asId + gfn)
    else this.replaced.delete(8 * asId + gfn)
  }

  /** Judges an access that ends now. `via`: on whose word. */
  judge(t: Thread, began: Began, asId: number, gfn: number, ending: Ending, via: string): void {
    const history = this.history(asId, gfn)
    const first = this.binding(history, began)
    const frame = `guest frame ${gfn}${asId === 0 ? '' : ' in SMM'}`
    if (!history.some((s, i) => i >= first && s.ending === ending)) {
      const should = (history[first] as State).ending
      t.report(
        ending === null ? 'stale-mmio' : should === null ? 'stale-ram' : 'wrong-memory',
        via,
        `${t.name} accesses ${frame} after an ioctl had made it ${name(should)}, and gets ${name(ending)} (${via})`,
      )
      return
    }
    const late = history.findLastIndex(({ returned }) => returned !== null && this.past(t, returned))
    const finished = Math.max(late, 0)
    if (!history.some((s, i) => i >= finished && s.ending === ending))
      t.report(
        'late-exit',
        via,
        `${t.name} accesses ${frame} and gets ${name(ending)}, as before an ioctl that has returned meanwhile (${via})`,
        'notice',
      )
    if (ending === null && this.replaced.has(8 * asId + gfn))
      t.report(
        'hole',
        via,
        `${t.name} finds ${frame} without a slot, between the deletion and the creation of its slot`,
        'notice',
      )
  }

  /** The state that an access finds at least, by what had returned when it began. */
  private binding(history: readonly State[], began: Began): number {
    const last = history.findLastIndex(({ returned }) => returned !== null && this.before(returned, began))
    return Math.max(last, 0)
  }

  private past(t: Thread, moment: Moment): boolean {
    return t.knows(moment) || this.m.memory.name === 'sc'
  }

  private before(moment: Moment, began: Began): boolean {
    return began.knew(moment) || (this.m.memory.name === 'sc' && moment.step < began.step)
  }
}

const name = (ending: Ending): string => ending ?? 'MMIO'

/** When an access began, with its first step, and what its thread knew then. */
export class Began {
  step = 0
  private readonly clock: Int32Array

  constructor(m: Machine) {
    this.clock = new Int32Array(m.capacity)
  }

  reset(): void {
    this.step = 0
    this.clock.fill(0)
  }

  now(t: Thread): void {
    this.step = t.machine.step
    for (let u = 0; u < this.clock.length; u++) this.clock[u] = t.vc[u] as number
  }

  knew(moment: Moment): boolean {
    return moment.clock <= (this.clock[moment.thread] as number)
  }
}
