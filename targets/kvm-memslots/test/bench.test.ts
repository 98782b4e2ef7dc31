import { describe, expect, it } from 'vitest'
import { simulate } from '#harness/bench/simulate.js'
import { casesOf } from '#harness/bench/workloads.js'
import type { Target } from '#harness/define.js'
import type { Simulation } from '#harness/results.js'
import kvmMemslots from '#targets/kvm-memslots/target.js'
import { loadFix } from '#harness/registry.js'
import type { KvmFix } from '#targets/kvm-memslots/index.js'

async function measured(fix: string, workload: string): Promise<Simulation> {
  const { bench } = kvmMemslots
  if (!bench) throw new Error('no benchmark')
  const options = { workloads: [workload], sweeps: [], quick: false }
  const [found] = casesOf(kvmMemslots as unknown as Target, options)
  if (!found) throw new Error('no workload')
  const candidate = await loadFix(kvmMemslots as never, fix)
  return simulate({
    system: 'kvm-memslots',
    bench,
    fix: candidate.fix as KvmFix,
    workload,
    parameters: found.parameters,
    seed: 3,
    replications: 2,
  })
}

const lookups = (s: Simulation): number => s.metrics['latency']?.samples ?? 0
const value = (s: Simulation, metric: string): number => s.metrics[metric]?.value ?? NaN

describe('the benchmark of KVM memslots', () => {
  it('without updates everything is answered by a cache, after the first fault of each vCPU', async () => {
    const s = await measured('low-bit', 'updates-0')
    expect(lookups(s)).toBeGreaterThan(10_000)
    expect(value(s, 'vcpuCache')).toBe(1)
    expect(value(s, 'missRate')).toBe(0)
  })

  it('every access is answered once', async () => {
    const s = await measured('low-bit', 'frames-4')
    // Slow faults are counted per update, updates per second.
    const updates = value(s, 'updates') * (s.metrics['updates']?.samples ?? 0)
    const slow = (value(s, 'slow') * updates) / lookups(s)
    expect(value(s, 'vcpuCache') + value(s, 'spte') + slow).toBeCloseTo(1, 3)
    expect(value(s, 'missRate') / 100).toBeCloseTo(slow, 3)
  })

  it('the low bit costs spurious slow faults: those of the window come on top', async () => {
    const [before, after] = [await measured('baseline', 'frames-4'), await measured('low-bit', 'frames-4')]
    // Each of the four frames once an update; during the wait each access.
    expect(value(before, 'slow')).toBeGreaterThan(3.5)
    expect(value(before, 'slow')).toBeLessThan(4.5)
    expect(value(after, 'slow')).toBeGreaterThan(2 * value(before, 'slow'))
    expect(after.missReasons['odd']).toBeGreaterThan(0)
    expect(before.missReasons['version']).toBeGreaterThan(0)
  })

  it('zaps when the stored generation wraps around, and only then', async () => {
    expect(value(await measured('baseline', 'frames-4'), 'zaps')).toBe(0)
    expect(value(await measured('baseline', 'bits-4'), 'zaps')).toBeCloseTo(1 / 16, 1)
    // The low bit takes two numbers an update.
    expect(value(await measured('low-bit', 'bits-4'), 'zaps')).toBeCloseTo(1 / 8, 1)
  })

  it('an update waits for one SRCU grace period', async () => {
    const [waits, doesNot] = [await measured('baseline', 'base'), await measured('no-synchronize', 'base')]
    expect(waits.metrics['update']?.distribution?.p50).toBeGreaterThan(30_000)
    expect(doesNot.metrics['update']?.distribution?.p50).toBeLessThan(5_000)
  })
})
