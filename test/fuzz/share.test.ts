import { describe, expect, it } from 'vitest'
import { FairShare } from '#harness/fuzz/share.js'
import type { Standing } from '#harness/fuzz/standing.js'

interface Fake {
  executions: number
  lastNew: number
  errors: unknown[]
  done: boolean
  /** Whether a shard brings something new. */
  yields: (executions: number) => boolean
  shards: number
}

const fake = (yields: Fake['yields'], errors: unknown[] = []): Fake => ({
  executions: 0,
  lastNew: 0,
  errors,
  done: false,
  yields,
  shards: 0,
})

/** Deals out shards of a second each, one at a time. */
function deal(jobs: Fake[], shards: number): void {
  const share = new FairShare(jobs as unknown as Standing[])
  for (let i = 0; i < shards; i++) {
    const job = share.order()[0] as unknown as Fake
    const guess = share.begin(job as unknown as Standing)
    job.executions += 1000
    job.shards++
    if (job.yields(job.executions)) job.lastNew = job.executions
    share.end(job as unknown as Standing, guess, 1)
  }
}

describe('the share of the workers’ time', () => {
  it('is the same for jobs that yield the same', () => {
    const jobs = [fake(() => true), fake(() => true), fake(() => true)]
    deal(jobs, 300)
    for (const job of jobs) expect(job.shards).toBeGreaterThan(95)
  })

  it('goes to what still yields, but never altogether', () => {
    const [rich, poor] = [fake(() => true), fake((n) => n < 3000)]
    deal([rich, poor], 400)
    expect(rich.shards).toBeGreaterThan(6 * poor.shards)
    expect(poor.shards).toBeGreaterThan(20)
  })

  it('is halved for a candidate that is broken already', () => {
    const [sound, broken] = [fake(() => true), fake(() => true, ['a signature'])]
    deal([sound, broken], 300)
    expect(sound.shards / broken.shards).toBeCloseTo(2, 0)
  })

  it('comes back to a job that wakes up', () => {
    const [steady, sleeper] = [fake(() => true), fake((n) => n > 30_000)]
    deal([steady, sleeper], 600)
    // Left asleep it would have had one shard in nine: 66.
    expect(sleeper.shards).toBeGreaterThan(150)
  })
})
