import type { FixInfo } from '#harness/define.js'
import type { Coroutine, StructClass, Thread } from '#harness/machine/index.js'
import type { AddressSpace, Mapping, MemoryRegion, RAMList, Socket, VfuCtx } from './entities.js'
import type { DmaOracle } from './oracle.js'
import type { Request } from './scenario.js'

/**
 * What a callback answers. `EBUSY`: it will call back. `detached`: the library shall forget the region at once,
 * and leave the munmap() to the device (only `reply-first` does this).
 */
export type Answer = 'done' | 'EBUSY' | 'detached'

/** What `vfu_run_ctx` returns. */
export type RunResult = 'handled' | 'nothing' | 'EBUSY' | 'ENOTCONN'

/** What a candidate brings; `upstream` has each as it is today. */
export interface VfioUserFix extends FixInfo {
  /** An `AddressSpace` with fields of the candidate's own. */
  readonly state?: StructClass<AddressSpace>
  /** Whose count `memory_region_ref` changes: the owner's, which is NULL, or the region's own. */
  readonly references: 'owner' | 'region'
  /** The quiesce callback; null: none is registered. */
  readonly quiesceCb: ((t: Thread, s: Server) => Coroutine<Answer>) | null
  dmaUnregister(t: Thread, s: Server, mapping: Mapping): Coroutine<Answer>
  memoryRegionRef(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void>
  memoryRegionUnref(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void>
  /** The region's count has fallen to 0. */
  memoryRegionFinalize(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void>
  /** Enters the section of an access; false: the access is refused, and no section entered. */
  accessBegin(t: Thread, s: Server, page: number | null): Coroutine<boolean>
  bufferMapped(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void>
  bufferUnmapped(t: Thread, s: Server, mr: MemoryRegion): Coroutine<void>
  vfuObjectCtxRun(t: Thread, s: Server): Coroutine<void>
  vfuResetCtx(t: Thread, s: Server): Coroutine<void>
}

/** The x-vfio-user-server process, and the client's script. */
export interface Server {
  readonly fix: VfioUserFix
  readonly as: AddressSpace
  readonly ram: RAMList
  readonly vfu: VfuCtx
  readonly socket: Socket
  readonly oracle: DmaOracle
  /** All that the client will ask, in order. */
  readonly script: readonly Request[]
  readonly transaction: boolean
  readonly quiesceFails: boolean
  /** A name for the next object of this kind. */
  name(kind: string): string
}

/** `A` for page 0, and a prime for each time it is mapped again. */
export const pageName = (page: number): string => 'AB'.charAt(page)

export const requestName = (r: Request): string => ('page' in r ? `${r.do} ${pageName(r.page)}` : r.do)
