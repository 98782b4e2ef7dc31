import type { FixInfo } from '#harness/define.js'
import type { Coroutine, StructClass, Thread } from '#harness/machine/index.js'
import type { RAMBlock, RAMList, RAMState, Range } from './entities.js'
import type { ListOracle } from './oracle.js'

/** What a candidate fix of the RAM list brings; `upstream` has each as it is today. */
export interface RamListFix extends FixInfo {
  /** A `RAMList` with fields of the candidate's own. */
  readonly state?: StructClass<RAMList>
  qemuGetRamBlock(t: Thread, ram: RAMList, addr: number): Coroutine<RAMBlock | null>
  qemuRamBlockFromHost(t: Thread, ram: RAMList, host: number): Coroutine<RAMBlock | null>
  ramBlockAdd(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void>
  qemuRamFree(t: Thread, ram: RAMList, block: RAMBlock): Coroutine<void>
  ramSaveIterate(t: Thread, ram: RAMList, rs: RAMState): Coroutine<void>
}

/** Bytes in a slot; the blocks get smaller from slot to slot, so that the list's order is the slots'. */
export const SLOT = 16

/** What the actors of one execution share. */
export interface World {
  readonly ram: RAMList
  readonly fix: RamListFix
  readonly oracle: ListOracle
  readonly regionDies: boolean
  /** Names and host addresses for blocks that are plugged. */
  plugged: number
}

/** What a block in the slot covers. */
export const slotRange = (slot: number): Range => ({ offset: slot * SLOT, maxLength: SLOT - slot })

/** Each incarnation has host memory of its own. */
export const hostAddress = (incarnation: number): number => 0x1000 + incarnation * 0x100
