import type { BenchEnvironment, Host, RandomStream } from '#harness/define.js'
import type { Coroutine, Machine, Thread } from '#harness/machine/index.js'
import { RAMBlock, RAMList, type RAMState } from './entities.js'
import { hostAddress, type RamListFix } from './world.js'

/** Bytes from block to block; sizes fall from slot to slot, so that a block that comes back finds its place. */
export const SPACING = 1024

export type RamListParameters = {
  readonly vcpus: number
  readonly blocks: number
  /** Probability that a lookup wants the block that the one before wanted. */
  readonly hitRate: number
  /**
   * Whose lookup is "the one before": anybody's (the guest has one active block), the vCPU's own, or neither:
   * each vCPU alternates between two blocks, the worst for a cache of one. `zipf`: there is no one before, some
   * blocks are just wanted more often, the nth most wanted 1/n times as often as the first.
   */
  readonly locality: 'shared' | 'private' | 'zipf' | 'alternating'
  /** Of all vCPUs together. */
  readonly lookupsPerSecond: number
  readonly unplugsPerSecond: number
  /** Migration threads, whose read-side sections last 50 ms. */
  readonly migration: number
  readonly milliseconds: number
  readonly host: Host
}

/** What the processes of one replication share. */
class Guest {
  /** Slots that the guest may address: a block that is about to go is not used any more. */
  private readonly usable: boolean[] = []
  private readonly current: number[] = []
  private readonly middle: number

  /** 1 + 1/2 + ... + 1/blocks */
  private readonly weights: number

  constructor(private readonly p: RamListParameters) {
    this.weights = Array.from({ length: p.blocks }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b, 0)
    this.middle = (p.blocks - 1) >> 1
    this.boot()
  }

  boot(): void {
    for (let slot = 0; slot < this.p.blocks; slot++) this.usable[slot] = true
    for (let vcpu = 0; vcpu < this.p.vcpus; vcpu++) this.current[vcpu] = this.middle
  }

  /** The slot that the next lookup of a vCPU goes to. */
  choose(vcpu: number, random: RandomStream): number {
    if (this.p.locality === 'alternating')
      return (this.current[vcpu] = 2 * this.middle + 1 - (this.current[vcpu] as number))
    if (this.p.locality === 'zipf') {
      let slot: number
      do slot = this.zipf(random.fraction())
      while (!this.usable[slot])
      return slot
    }
    const who = this.p.locality === 'shared' ? 0 : vcpu
    const current = this.current[who] as number
    const again = random.fraction() < this.p.hitRate
    if (again && this.usable[current]) return current
    let slot: number
    do slot = random.below(this.p.blocks)
    while (slot === current || !this.usable[slot])
    return (this.current[who] = slot)
  }

  private zipf(fraction: number): number {
    let left = fraction * this.weights
    let rank = 1
    while (rank < this.p.blocks && left >= 1 / rank) left -= 1 / rank++
    // The most wanted block is in the middle of the list.
    return (this.middle + rank - 1) % this.p.blocks
  }

  /** A block to unplug; not one of those that are alternated between. */
  victim(random: RandomStream): number {
    if (this.p.locality !== 'alternating') return random.below(this.p.blocks)
    const slot = random.below(this.p.blocks - 2)
    return slot < this.middle ? slot : slot + 2
  }

  use(slot: number, usable: boolean): void {
    this.usable[slot] = usable
  }
}

/** The list at boot. */
export function boot(m: Machine, fix: RamListFix, blocks: number): { ram: RAMList; listed: RAMBlock[] } {
  const ram = m.global(fix.state ?? RAMList, 'ram_list')
  const listed: RAMBlock[] = []
  let link = ram.blocks
  for (let slot = 0; slot < blocks; slot++) {
    const block = m.heap(RAMBlock, `block${slot}`)
    m.init(block.range, { offset: slot * SPACING, maxLength: SPACING - slot })
    m.init(block.host, hostAddress(slot))
    m.init(link, block)
    link = block.next
    listed.push(block)
  }
  return { ram, listed }
}

function* vcpu(
  t: Thread,
  fix: RamListFix,
  ram: RAMList,
  guest: Guest,
  number: number,
  think: number,
  env: BenchEnvironment,
): Coroutine<void> {
  const random = env.random(number)
  for (;;) {
    yield* t.sleep(random.exponential(think))
    if (!env.goesOn(t)) return
    const slot = guest.choose(number, random)
    yield* t.rcuReadLock()
    env.lookupBegins(t)
    const block = yield* fix.qemuGetRamBlock(t, ram, slot * SPACING)
    env.lookupEnds(t)
    if (block) yield* t.plainRead(block.host)
    yield* t.rcuReadUnlock()
  }
}

/** One unplug in every interval, at a random time of its first half; the block is back half an interval later. */
function* mainThread(
  t: Thread,
  fix: RamListFix,
  ram: RAMList,
  boot: readonly RAMBlock[],
  guest: Guest,
  unplugsPerSecond: number,
  env: BenchEnvironment,
): Coroutine<void> {
  if (unplugsPerSecond === 0) return
  const { bql } = t.machine
  const random = env.random(-1)
  const listed = [...boot]
  const interval = 1e9 / unplugsPerSecond
  for (let n = 0; ; n++) {
    const time = (n + random.fraction() / 2) * interval
    yield* t.sleep(Math.max(0, time - env.now(t)))
    if (!env.goesOn(t)) return
    const slot = guest.victim(random)
    const old = listed[slot] as RAMBlock
    guest.use(slot, false)
    yield* t.lock(bql)
    env.removalBegins(t, old)
    yield* fix.qemuRamFree(t, ram, old)
    yield* t.unlock(bql)

    yield* t.sleep(Math.max(0, time + interval / 2 - env.now(t)))
    yield* t.lock(bql)
    const block = yield* t.alloc(RAMBlock, `block${slot}.${n}`)
    yield* t.plainWrite(block.range, { offset: slot * SPACING, maxLength: SPACING - slot })
    yield* t.plainWrite(block.host, hostAddress(boot.length + n))
    yield* fix.ramBlockAdd(t, ram, block)
    yield* t.unlock(bql)
    listed[slot] = block
    guest.use(slot, true)
  }
}

/** migration/ram.c: `ram_save_iterate` holds its section for up to 50 ms. */
function* migration(t: Thread, fix: RamListFix, ram: RAMList, env: BenchEnvironment): Coroutine<void> {
  const rs: RAMState = { lastVersion: -1, lastSeenBlock: null }
  while (env.goesOn(t)) {
    yield* t.rcuReadLock()
    yield* fix.ramSaveIterate(t, ram, rs)
    yield* t.sleep(50e6)
    yield* t.rcuReadUnlock()
    yield* t.sleep(1e6)
  }
}

export function build(m: Machine, fix: RamListFix, p: RamListParameters, env: BenchEnvironment): void {
  const { ram, listed } = boot(m, fix, p.blocks)
  const guest = new Guest(p)
  m.atStart(() => {
    guest.boot()
  })
  const think = (1e9 * p.vcpus) / p.lookupsPerSecond
  for (let i = 0; i < p.vcpus; i++)
    m.spawn(`vcpu${i}`, 'vcpu', (t) => vcpu(t, fix, ram, guest, i, think, env))
  m.spawn('main', 'main', (t) => mainThread(t, fix, ram, listed, guest, p.unplugsPerSecond, env))
  for (let i = 0; i < p.migration; i++) m.spawn('migration', 'migration', (t) => migration(t, fix, ram, env))
  m.spawnCallRcu()
}
