import { beforeAll, describe, expect, it } from 'vitest'
import { Rng } from '#harness/drivers/rng.js'
import type { Subject } from '#harness/fuzz/program.js'
import { runShard } from '#harness/fuzz/shard.js'
import { Standing } from '#harness/fuzz/standing.js'
import type { Job, Problem, ShardTask } from '#harness/fuzz/tasks.js'
import { loadFixes, loadSystem, systemNames } from '#harness/registry.js'

const settings = { seed: 9, engine: 'structural', driver: 'mixed' } as const
const RUNS = 10_000
let subject: Subject
let job: Job

beforeAll(async () => {
  const name = systemNames()[0] as string
  const [first] = await loadFixes(name)
  if (!first) throw new Error('no candidate')
  subject = { system: await loadSystem(name), fix: first.fix, memoryModel: 'sc' }
  job = { system: name, fix: first.reference, memoryModel: 'sc' }
})

/** Hands out shards until `width` of them are going, or no more can. */
function fill(going: ShardTask[], standing: Standing, width: number): void {
  while (going.length < width) {
    const task = standing.next()
    if (!task) return
    going.push(task)
  }
}

/** Keeps `width` shards going; each time a random one of them finishes, or is lost and handed out again. */
function run(standing: Standing, width: number, rng: Rng, until = Infinity): void {
  const going: ShardTask[] = []
  for (let finished = 0; finished < until;) {
    fill(going, standing, width)
    if (going.length === 0) return
    const [task] = going.splice(rng.below(going.length), 1)
    if (!task) return
    standing.finish(task.first, runShard(subject, task))
    finished++
  }
}

const stored = (s: Standing): string => JSON.stringify([s.save(), s.inputs])

describe('where a job stands', () => {
  it('depends on the executions alone: not on how many shards run at a time, nor which is first', () => {
    const results = [1, 2, 3, 40].map((width, i) => {
      const standing = new Standing(job, settings, RUNS)
      run(standing, width, new Rng(i))
      expect(standing.done).toBe(true)
      expect(standing.executions).toBe(RUNS)
      return stored(standing)
    })
    expect(new Set(results).size).toBe(1)
    const other = new Standing(job, { ...settings, seed: 10 }, RUNS)
    run(other, 1, new Rng(1))
    expect(stored(other)).not.toBe(results[0])
  })

  it('is the same after it was stored in the middle and what was running was lost', () => {
    const whole = new Standing(job, settings, RUNS)
    run(whole, 1, new Rng(0))
    for (const shards of [0, 1, 3, 5]) {
      const before = new Standing(job, settings, RUNS)
      run(before, 4, new Rng(shards), shards)
      const after = new Standing(job, settings, RUNS)
      after.restore(JSON.parse(JSON.stringify(before.save())) as ReturnType<Standing['save']>, before.inputs)
      run(after, 2, new Rng(7))
      expect(stored(after)).toBe(stored(whole))
    }
  })

  it('ends at the first shard that the candidate does not get through, whatever came of later ones', () => {
    const problem: Problem = { problem: 'hangs', message: 'm', fix: job.fix }
    const ends = [1, 8].map((width, i) => {
      const standing = new Standing(job, settings, 60_000)
      const rng = new Rng(i)
      const going: ShardTask[] = []
      for (;;) {
        fill(going, standing, width)
        const [task] = going.splice(rng.below(going.length), 1)
        if (!task) break
        standing.finish(task.first, task.first >= 12_288 ? problem : runShard(subject, task))
      }
      expect(standing.done).toBe(true)
      return [standing.executions, standing.points, standing.problem]
    })
    expect(ends[0]).toEqual([12_288, expect.any(Number), problem])
    expect(ends[1]).toEqual(ends[0])
  })

  it('counts what has finished when time is up, and no more', () => {
    const standing = new Standing(job, settings, null)
    run(standing, 6, new Rng(3), 9)
    standing.mergeAll()
    expect(standing.executions).toBe(9 * 2048)
    expect(standing.points).toBeGreaterThan(100)
  })
})
