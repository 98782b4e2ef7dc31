import { Life, type Machine, type Moment, type Thread } from '#harness/machine/index.js'
import type { Mapping, MemoryRegion } from './entities.js'
import type { Request } from './scenario.js'
import { pageName, requestName, type Server } from './server.js'

/**
 * Judges what the heap cannot see: accesses after the reply (domain I9), replies that never come (I12), an event
 * loop that spins (I10), and DMA that fails although nobody asked for its page.
 */
export class DmaOracle {
  private server!: Server
  /** By mapping: when each thread last used it. */
  private readonly uses = new Map<Mapping, Map<number, { readonly moment: Moment; readonly by: Thread }>>()
  /** Mappings whose unmap was replied to while they were still there. */
  private readonly over = new Set<Mapping>()
  private readonly detached: Mapping[] = []
  /** Serial number of the last request that will never be replied to. */
  private lost = 0
  private inVain = 0

  constructor(m: Machine) {
    m.book(() => this.entries())
    m.atStart(() => {
      this.uses.clear()
      this.over.clear()
      this.detached.length = this.lost = this.inVain = 0
    })
  }

  /** All that the verdicts and the client's patience depend on. */
  private entries(): unknown[] {
    const entries: unknown[] = [this.lost, this.inVain, ...this.detached, ...this.over]
    for (const [mapping, uses] of this.uses)
      for (const [id, { moment }] of uses) entries.push(mapping, id, moment)
    return entries
  }

  of(server: Server): void {
    this.server = server
  }

  /** Right after an access through a host pointer. */
  used(t: Thread, mapping: Mapping): void {
    if (mapping.life !== Life.Live) return
    let uses = this.uses.get(mapping)
    if (!uses) this.uses.set(mapping, (uses = new Map()))
    uses.set(t.id, { moment: t.moment(), by: t })
    if (this.over.has(mapping))
      this.afterReply(
        t,
        t,
        mapping,
        `${t.name} uses ${mapping.label}, which the client has been told is unmapped`,
      )
  }

  private afterReply(t: Thread, by: Thread, mapping: Mapping, message: string): void {
    t.report('access-after-reply', `Mapping by ${by.role}`, message, 'error', mapping.label)
  }

  /** The library has forgotten the mapping, which stays mapped. */
  detach(mapping: Mapping): void {
    this.detached.push(mapping)
  }

  /**
   * A reply was sent. What was unmapped for it was either munmapped before, which the heap has judged, or is
   * still there: then every use of it must come before.
   */
  replied(t: Thread): void {
    this.inVain = 0
    for (const mapping of this.detached.splice(0)) {
      if (mapping.life !== Life.Live) continue
      this.over.add(mapping)
      for (const { moment, by } of this.uses.get(mapping)?.values() ?? [])
        if (!t.knows(moment))
          this.afterReply(
            t,
            by,
            mapping,
            `${t.name} tells the client that ${mapping.label} is unmapped, and nothing orders ${by.name}'s use before`,
          )
    }
  }

  /** A parked message is freed. Whoever has hung up does not wait for it. */
  lostReply(t: Thread, serial: number, request: string): void {
    this.inVain = 0
    this.lost = serial
    const { socket, script } = this.server
    if (t.note(script[socket.request.value.serial - 1]?.do === 'disconnect')) return
    t.report(
      'lost-reply',
      'Message',
      `the library drops ${request} without a reply; the client waits for ever`,
      'error',
      request,
    )
  }

  /** Whether the client may stop waiting for its request: it is answered, or its patience is over. */
  answered(serial: number): boolean {
    return this.server.socket.reply.value >= serial || this.lost >= serial
  }

  /** `vfu_run_ctx` was called while a message is parked. Once may be bad luck; twice, nothing will stop it. */
  polledInVain(t: Thread): void {
    if (++this.inVain === 2)
      t.report(
        'event-loop-spin',
        'vfu_run_ctx',
        `${t.name} calls vfu_run_ctx again and again: the socket is readable, and the parked message blocks it`,
      )
  }

  /** An access was refused. That is right only if the client has asked for its page, or has hung up. */
  refused(t: Thread, page: number): void {
    const { socket, script, vfu } = this.server
    const asked = script.slice(socket.reply.value, socket.request.value.serial)
    if (t.note(vfu.regions[page]?.value === null || asked.some((r) => concerns(r, page)))) return
    t.report(
      'failed-access',
      'DMA',
      `${t.name}'s access to page ${pageName(page)} fails, while the server handles ` +
        `${asked.map(requestName).join(', ')}`,
    )
  }

  /** `address_space_unmap` looks its region up by host pointer. */
  reverseLookup(t: Thread, mapped: MemoryRegion, found: MemoryRegion): void {
    if (mapped !== found)
      t.report(
        'wrong-region',
        'MemoryRegion',
        `${t.name} unmaps a buffer of ${mapped.label}, and finds ${found.label} at its address`,
        'error',
        mapped.label,
      )
  }
}

/** Whether the request takes the page away. */
const concerns = (r: Request, page: number): boolean =>
  'page' in r ? r.do === 'unmap' && r.page === page : true
