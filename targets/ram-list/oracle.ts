import { Life, type Machine, type Moment, type Thread } from '#harness/machine/index.js'
import type { RAMBlock, RAMList } from './entities.js'

/** What the system knows of one block's life, outside the emulated memory. */
interface Listing {
  readonly block: RAMBlock
  readonly slot: number
  readonly host: number
  /** When `ram_block_add` had returned; null for a block that was there at boot. */
  readonly added: Moment | null
  /** Its removal is decided; and when `qemu_ram_free` had returned. */
  removing: boolean
  removed: Moment | null
}

/**
 * Books which blocks are listed when, and judges what lookups return (domain I4).
 *
 * A section may return any block that was listed at some instant of it. The strict grade, "its removal had
 * returned before the section began", is used under `sc`, where everybody agrees on such times; elsewhere the
 * removal must happen-before the section. A stale lookup is a notice: the block is removed, but as long as it
 * is not freed nothing is harmed. It is an error when another block has the address by then: the caller gets
 * the wrong host memory (H1-2).
 */
export class ListOracle {
  /** The blocks that were there at boot come first. */
  private readonly listings: Listing[] = []
  private boot = 0
  private readonly begans: Began[] = []

  constructor(private readonly m: Machine) {
    m.book(() => this.entries())
    m.atStart(() => {
      if (this.listings.length > this.boot) this.listings.length = this.boot
      for (const l of this.listings) {
        l.removing = false
        l.removed = null
      }
    })
  }

  /** All of this that decides an error, or what the main thread does; when a block was removed decides notices. */
  private entries(): unknown[] {
    const entries: unknown[] = []
    for (const { block, slot, removing, added } of this.listings) {
      entries.push(block, slot, removing)
      if (!added) continue
      for (const began of this.begans) entries.push(this.grade(added, began) !== null)
      // Under sc every section that is still to begin comes after it.
      if (this.m.memory.name !== 'sc') entries.push(added)
    }
    return entries
  }

  /** A reader's sections will be judged. */
  watch(began: Began): void {
    this.begans.push(began)
  }

  atBoot(block: RAMBlock, slot: number, host: number): void {
    this.boot = this.listings.push({ block, slot, host, added: null, removing: false, removed: null })
  }

  added(t: Thread, block: RAMBlock, slot: number, host: number): void {
    this.listings.push({ block, slot, host, added: t.moment(), removing: false, removed: null })
  }

  removing(block: RAMBlock): void {
    const l = this.find(block)
    if (l) l.removing = true
  }

  removed(t: Thread, block: RAMBlock): void {
    const l = this.find(block)
    if (l) l.removed = t.moment()
  }

  /** The block in the slot, unless somebody has decided to remove it. */
  inSlot(slot: number): RAMBlock | null {
    return this.listings.find((l) => l.slot === slot && !l.removing)?.block ?? null
  }

  /** Whether `find_ram_offset` would hand the slot's range out: no block in the list has it, in memory as it is. */
  vacant(ram: RAMList, slot: number): boolean {
    for (let block = ram.blocks.value; block !== null; block = block.next.value)
      if (this.find(block)?.slot === slot) return false
    return true
  }

  /** A host address inside the block that was last in the slot. */
  hostOf(slot: number): number {
    return this.listings.findLast((l) => l.slot === slot)?.host ?? -1
  }

  private find(block: RAMBlock): Listing | undefined {
    return this.listings.find((l) => l.block === block)
  }

  /** Judges a block that a lookup of `slot` returned in a section which began at `began`. */
  judge(t: Thread, began: Began, block: RAMBlock, slot: number): void {
    const listing = this.find(block)
    if (!listing?.removing) return
    // Its offset was handed out again, so it had left the list before its heir was added.
    const heir = this.listings.findLast((l) => l.slot === slot && !l.removing)
    if (heir?.added && this.grade(heir.added, began) !== null)
      t.report(
        'wrong-address',
        'RAMBlock',
        `${t.name} looks up an address of ${heir.block.label} and gets ${block.label}, which was removed before`,
        'error',
        block.label,
      )
    const grade = listing.removed && this.grade(listing.removed, began)
    if (grade)
      t.report(
        'stale-lookup',
        `RAMBlock ${grade}`,
        `${t.name} gets ${block.label}, whose removal had returned before its section began (${grade})`,
        'notice',
        block.label,
      )
  }

  /** How a moment comes before a section: by happens-before, or, under `sc`, at least in time. */
  private grade(moment: Moment, began: Began): 'hb' | 'strict' | null {
    if (began.knew(moment)) return 'hb'
    return this.m.memory.name === 'sc' && moment.step < began.step ? 'strict' : null
  }

  /** Domain I16: what was removed before a drain is gone after it, unless the candidate changes that contract. */
  drained(t: Thread): void {
    for (const { block, removed } of this.listings)
      if (removed && removed.thread === t.id && block.life !== Life.Freed)
        t.report(
          'drain-contract',
          'RAMBlock',
          `drain_call_rcu returns, and ${block.label}, removed before, is not freed yet`,
          'notice',
          block.label,
        )
  }
}

/** The beginning of a thread's current read-side section: its step, and what the thread knew. */
export class Began {
  step = 0
  private readonly clock: Int32Array

  constructor(m: Machine) {
    this.clock = new Int32Array(m.capacity)
  }

  now(t: Thread): void {
    this.step = t.machine.step
    for (let u = 0; u < this.clock.length; u++) this.clock[u] = t.vc[u] as number
  }

  knew(moment: Moment): boolean {
    return moment.clock <= (this.clock[moment.thread] as number)
  }
}
