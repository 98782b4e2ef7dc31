import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundlePlain, loadPlain } from '#harness/bench/bundle.js'
import { simulate } from '#harness/bench/simulate.js'
import { loadFixes } from '#harness/registry.js'
import baseline from '#targets/vfio-user-dma/fixes/baseline.js'
import asynchronous from '#targets/vfio-user-dma/fixes/asynchronous-unregister.js'
import eager from '#targets/vfio-user-dma/fixes/by-reference-eager.js'
import block from '#targets/vfio-user-dma/fixes/quiesce-gate-block.js'
import fail from '#targets/vfio-user-dma/fixes/quiesce-gate-fail.js'
import repaired from '#targets/vfio-user-dma/fixes/by-reference-reset.js'
import vfioUserDma, { type VfioUserFix } from '#targets/vfio-user-dma/index.js'

const bench = vfioUserDma.bench as NonNullable<typeof vfioUserDma.bench>
const MS = 1e6

/** Means of the system's own metrics in the base workload, in milliseconds. */
function measure(fix: VfioUserFix): { unmap: number; behind: number; access: number; broke: string[] } {
  const { metrics, violations } = simulate({
    system: 'vfio-user-dma',
    bench,
    fix,
    workload: 'base',
    parameters: bench.parameters,
    seed: 1,
    replications: 2,
  })
  const of = (name: string): number => (metrics[name]?.value ?? NaN) / MS
  return {
    unmap: of('unmap'),
    behind: of('behind'),
    access: of('access'),
    broke: [...new Set(violations.map((v) => v.kind))].sort(),
  }
}

describe('the benchmark', () => {
  it('shows one, two or three passes of the call_rcu thread (50 ms each) in the latency of an unmap', () => {
    expect(measure(baseline).unmap).toBeLessThan(0.02)
    expect(measure(asynchronous).unmap).toBeCloseTo(50, 0)
    expect(measure(eager).unmap).toBeCloseTo(100, 0)
    expect(measure(repaired)).toMatchObject({ broke: [] })
    expect(measure(repaired).unmap).toBeCloseTo(150, 0)
  })

  it('shows what blocks: behind a gate the next request waits for a round of its own, and all DMA of the server', () => {
    const [asynchronously, blocking, failing] = [asynchronous, block, fail].map(measure)
    expect(asynchronously?.behind).toBeCloseTo(50, 0)
    expect(blocking?.behind).toBeCloseTo(100, 0)
    expect(blocking?.access).toBeGreaterThan(0.1)
    expect(failing?.access).toBeLessThan(0.001)
    expect(failing?.broke).toEqual(['failed-access'])
  })

  it("times every candidate's path without the scheduler", async () => {
    const fixes = fileURLToPath(new URL('../../../dist/targets/vfio-user-dma/fixes/', import.meta.url))
    for (const { reference } of await loadFixes('vfio-user-dma')) {
      const { fix, Machine, Thread, repeat } = await loadPlain(
        await bundlePlain(`${fixes}${reference}.js`),
        reference,
      )
      const machine = new Machine()
      const call = fix.target.bench.paths['buffer']?.prepare(machine, fix)
      expect(call).toBeDefined()
      expect(() => repeat(call as NonNullable<typeof call>, new Thread(machine), 10)).not.toThrow()
    }
  })
})
