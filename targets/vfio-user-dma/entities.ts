import { Struct } from '#harness/machine/index.js'

/** How many pages of the client's memory there are; page i is DMA address i. */
export const PAGES = 2

/**
 * The client's page as the server has it mapped: the library's `dma_memory_region_t` and its mmap(). A pointer to
 * it is a host pointer; `free` is munmap(), after which the kernel may hand the address out again.
 */
export class Mapping extends Struct {
  static readonly structName = 'Mapping'
  static readonly byAddress = true
  readonly data = this.word('data')
}

/** include/system/ramblock.h: flagged pre-allocated, so that reclaiming it does not unmap `host`. */
export class RAMBlock extends Struct {
  static readonly structName = 'RAMBlock'
  readonly host = this.pointer<Mapping>('host')
  readonly mr = this.pointer<MemoryRegion>('mr')
  readonly next = this.link<RAMBlock>('next')
  readonly rcu = this.rcuHead('rcu')
}

export class RAMList extends Struct {
  static readonly structName = 'RAMList'
  readonly blocks = this.link<RAMBlock>('blocks')
}

/** A DMA region: allocated on its own, and its owner is NULL. */
export class MemoryRegion extends Struct {
  static readonly structName = 'MemoryRegion'
  /** What `memory_region_ref` takes its reference on: nothing. */
  readonly owner = this.word('owner')
  /** `OBJECT(mr)->ref`: being a child property is one. */
  readonly ref = this.refcount('ref')
  readonly ramBlock = this.pointer<RAMBlock>('ram_block')
  /** Of candidates that let a callback finish the region. */
  readonly rcu = this.rcuHead('rcu')
}

export class FlatView extends Struct {
  static readonly structName = 'FlatView'
  readonly ranges = Array.from({ length: PAGES }, (_, i) => this.link<MemoryRegion>(`ranges[${i}]`))
  readonly rcu = this.rcuHead('rcu')
}

/** The device's address space, and the container that the DMA regions are put into. */
export class AddressSpace extends Struct {
  static readonly structName = 'AddressSpace'
  /** RCU readers take it; writers hold the BQL. */
  readonly currentMap = this.link<FlatView>('current_map')
  readonly subregions = Array.from({ length: PAGES }, (_, i) => this.link<MemoryRegion>(`subregions[${i}]`))
  /** `memory_region_transaction_depth` and `memory_region_update_pending`. */
  readonly depth = this.word('transaction_depth')
  readonly updatePending = this.word('update_pending')
}

/** lib/tran.h: `vfu_msg_t`. */
export class Message extends Struct {
  static readonly structName = 'Message'
  readonly msgId = this.word('msg_id')
  /** Regions that the device has not given back yet (asynchronous unregister). */
  readonly outstanding = this.word('outstanding')
}

/** What the one parked message waits for: `vfu_ctx->pending.state`. */
export const enum Pending {
  None,
  /** vfu_device_quiesced() */
  Quiesce,
  /** vfu_device_unmapped(), which seed 002 proposes */
  Unmap,
}

/** lib/private.h: `struct vfu_ctx`. Single-threaded; QEMU calls the library under the BQL. */
export class VfuCtx extends Struct {
  static readonly structName = 'vfu_ctx'
  /** The DMA controller's regions. */
  readonly regions = Array.from({ length: PAGES }, (_, i) => this.link<Mapping>(`regions[${i}]`))
  /** The device was asked for the region, and has said EBUSY (asynchronous unregister). */
  readonly unmapping = Array.from({ length: PAGES }, (_, i) => this.word(`unmapping[${i}]`))
  readonly pending = this.word('pending.state', Pending.None)
  readonly pendingMsg = this.link<Message>('pending.msg')
  readonly inCb = this.word('in_cb')
  /** How many requests were read from the socket. */
  readonly received = this.word('received')
  /** Of `VfuObject`: its handler is installed on the socket's file descriptor. */
  readonly pollFd = this.word('vfu_poll_fd', 1)
}

/** What has been sent: the serial number of the last request, and what it asks for. */
export interface Sent {
  readonly serial: number
  readonly what: string
}

/** The connection. */
export class Socket extends Struct {
  static readonly structName = 'Socket'
  readonly request = this.value<Sent>('request', { serial: 0, what: '' })
  /** Serial number of the last request that was replied to. */
  readonly reply = this.word('reply')
  /** Whether somebody at the monitor has deleted the x-vfio-user-server object. */
  readonly objectDel = this.word('object_del')
}
