import type { Host } from '../define.js'

/** One parameter of the cost model. */
export interface Cost {
  readonly value: number
  readonly unit: string
  readonly source: string
}

/*
 * Where the figures come from. `measured`: taken on the development machine, an AMD EPYC (Zen 4) virtual
 * machine with 2 vCPUs that are shared with others: ratios are to be trusted more than absolute values.
 * `estimate`: nobody measured it for this project.
 */
const measured = 'measured, Zen 4 VM'

const ns = (value: number, source: string): Cost => ({ value, unit: 'ns', source })

/** Every parameter of the simulated-time benchmark. `docs/cost-model.md` explains and repeats them. */
export const COSTS = {
  hit: ns(1, `${measured}: L1 load 0.3-1.2 ns`),
  memory: ns(200, `${measured}: dependent random DRAM load`),
  transfer: ns(97, `${measured}: one way of a cache-line ping-pong of 193 ns`),
  atomic: ns(2.2, `${measured}: lock xadd, uncontended`),
  cmpxchg: ns(2.7, `${measured}: lock cmpxchg of 8 bytes, uncontended`),
  lock: ns(3.5, `${measured}: half of an uncontended mutex pair of 7 ns`),
  wide: ns(0.3, `${measured}: AVX 16-byte load, on top of the hit; LSE2 ldp assumed alike`),
  'wide.cmpxchg16b.load': ns(3.9, `${measured}: lock cmpxchg16b as a load; takes the line for itself`),
  'wide.cmpxchg16b.store': ns(4.9, `${measured}: lock cmpxchg16b, uncontended`),
  'fence.x86.rmb': ns(0, 'x86 keeps loads in order: a compiler barrier (include/qemu/atomic.h)'),
  'fence.x86.wmb': ns(0, 'x86 keeps stores in order: a compiler barrier (include/qemu/atomic.h)'),
  'fence.x86.mb': ns(2.3, `${measured}: lock or; mfence would be 17 ns`),
  'fence.arm64.rmb': ns(3, 'estimate: dmb ishld'),
  'fence.arm64.wmb': ns(3, 'estimate: dmb ishst'),
  'fence.arm64.mb': ns(10, 'estimate: dmb ish'),
  pause: ns(30, `${measured}: the pause instruction, 28-38 ns`),
  malloc: ns(6, `${measured}: half of a glibc malloc/free pair of 512 bytes, 11-13 ns`),
  wake: ns(4_500, `${measured}: from futex_wake to the sleeper's next instruction, median`),
  'wake.call': ns(5_800, `${measured}: the futex_wake call itself, median`),
  membarrier: ns(
    9_000,
    `${measured}: membarrier with one other thread running, 0.4-9 us; a grace period has two`,
  ),
  'call_rcu.poll': ns(10_000_000, 'util/rcu.c, call_rcu_thread: g_usleep(10000)'),
  'call_rcu.tries': { value: 5, unit: 'polls', source: 'util/rcu.c, call_rcu_thread' },
  'call_rcu.batch': { value: 30, unit: 'callbacks', source: 'util/rcu.c, RCU_CALL_MIN_SIZE' },
  'srcu.gracePeriod': ns(30_000, 'Linux, synchronize_srcu_expedited: tens of us (commit 7d9a0273c459)'),
} as const satisfies Record<string, Cost>

export type CostName = keyof typeof COSTS
/** A table of costs: the documented one, or with figures of the user's own. */
export type Costs = Readonly<Record<CostName, Cost>>

/** How fences and 16-byte atomics are done on a host. */
export interface HostCosts {
  readonly rmb: number
  readonly wmb: number
  readonly mb: number
  readonly wideLoad: number
  readonly wideStore: number
  /** A 16-byte atomic is a `cmpxchg16b`, even a load: it needs the line exclusively. */
  readonly wideExclusive: boolean
}

export const HOSTS: readonly Host[] = ['x86', 'x86-cmpxchg16b', 'arm64']

export function hostCosts(host: Host, costs: Costs): HostCosts {
  const fences = host === 'arm64' ? 'arm64' : 'x86'
  const wideExclusive = host === 'x86-cmpxchg16b'
  return {
    rmb: costs[`fence.${fences}.rmb`].value,
    wmb: costs[`fence.${fences}.wmb`].value,
    mb: costs[`fence.${fences}.mb`].value,
    wideLoad: costs[wideExclusive ? 'wide.cmpxchg16b.load' : 'wide'].value,
    wideStore: costs[wideExclusive ? 'wide.cmpxchg16b.store' : 'wide'].value,
    wideExclusive,
  }
}
