import { Struct } from '#harness/machine/index.js'

/** A range of `ram_addr_t`. */
export interface Range {
  readonly offset: number
  readonly maxLength: number
}

/** include/system/ramblock.h: `struct RAMBlock`. Immutable while listed, but for `next`. */
export class RAMBlock extends Struct {
  static readonly structName = 'RAMBlock'
  /** `offset` and `max_length`: never read one without the other, so they are one location here. */
  readonly range = this.value<Range>('offset', { offset: 0, maxLength: 0 })
  readonly host = this.word('host')
  /** Raw pointer; RCU does not protect what it points to (hazard H1-4). */
  readonly mr = this.pointer<MemoryRegion>('mr')
  readonly next = this.link<RAMBlock>('next')
  readonly rcu = this.rcuHead('rcu')
}

/** include/system/ramlist.h: `RAMList ram_list`. */
export class RAMList extends Struct {
  static readonly structName = 'RAMList'
  /** Head of the list that RCU readers walk; writers hold `mutex`. */
  readonly blocks = this.link<RAMBlock>('blocks')
  /** Most recently used block: any reader may store it, in its read-side section and without a lock. */
  readonly mruBlock = this.pointer<RAMBlock>('mru_block')
  /** Bumped after each change of the list; migration validates its saved pointers by it. */
  readonly version = this.word('version')
  /** `ram_list.mutex`. */
  readonly mutex = this.machine.mutex('ram_list.mutex')
}

/** The region that a block backs; finalized by the same call that removes the block. */
export class MemoryRegion extends Struct {
  static readonly structName = 'MemoryRegion'
  readonly owner = this.word('owner')
}

/** A FlatView on its way out: its call_rcu callback finalizes a region, and so removes a block. */
export class FlatView extends Struct {
  static readonly structName = 'FlatView'
  readonly rcu = this.rcuHead('rcu')
}

/** migration/ram.c: what `RAMState` keeps from one read-side section to the next. Private to its thread. */
export interface RAMState {
  lastVersion: number
  lastSeenBlock: RAMBlock | null
}
