import { describe, expect, it } from 'vitest'
import { Estimate } from '#harness/verify/estimate.js'
import { Frame } from '#harness/verify/frame.js'
import { branches, split, type Path } from '#harness/verify/path.js'
import { Search } from '#harness/verify/search.js'
import { Overlay, StateTable } from '#harness/verify/table.js'
import { assemble } from './programs.js'

const frame = (more: Partial<Frame>): Frame => Object.assign(new Frame(), more)

describe('what is left of a search', () => {
  it('is divided at the first step that has an alternative: the step goes to one part, and sleeps in the other', () => {
    const path: Path = {
      frames: [frame({ agent: 0, todo: 0b1 }), frame({ agent: 1, todo: 0b110 }), frame({ todo: 0b1 })],
      values: [],
      widths: [],
    }
    const [first, others] = split(path) as readonly [Path, Path]
    expect(first.frames.map((f) => f.todo)).toEqual([0b1, 0b10, 0b1])
    expect(others.frames).toHaveLength(2)
    expect(others.frames[1]).toMatchObject({ agent: -1, todo: 0b100, asleep: 0b10, loud: 0 })
    expect(split(first)).toBeNull()
    expect(split(others)).toBeNull()
  })

  it('a step that was not taken yet is not known to commute with anything', () => {
    const [, others] = split({ frames: [frame({ todo: 0b11 })], values: [], widths: [] }) as [Path, Path]
    expect(others.frames[0]).toMatchObject({ todo: 0b10, asleep: 0b1, loud: 0b1 })
  })

  it('values are divided, too: one part has those that are chosen, the other all that follow', () => {
    const path: Path = {
      frames: [frame({ agent: 0, todo: 0b11 }), frame({ todo: 0b1, values: 2 })],
      values: [0, 1],
      widths: [2, 3],
    }
    const [chosen, following] = split(path) as readonly [Path, Path]
    expect(chosen).toMatchObject({ values: [0, 1], widths: [2, 3] })
    expect(chosen.frames[0]).toMatchObject({ todo: 0b1, fixed: true })
    expect(following).toMatchObject({ values: [0, 2], widths: [2, 3] })
    expect(following.frames).toHaveLength(1)
    expect(following.frames[0]).toMatchObject({ agent: 0, todo: 0b11, isLoud: true })
    expect(split(chosen)).toBeNull()
  })

  it('is estimated to be as much in its parts as in whole', () => {
    const whole: Path = {
      frames: [
        frame({ agent: 0, todo: 0b11, width: 3, rank: 1 }),
        frame({ agent: 1, todo: 0b110, width: 2, values: 2 }),
        frame({ todo: 0b1, width: 1, values: 3 }),
      ],
      values: [0, 1, 0],
      widths: [2, 3, 4],
    }
    const estimate = new Estimate()
    for (let rank = 0; rank < 4; rank++) estimate.learn(rank, 100 >> rank)
    const left = (path: Path): number => estimate.left(branches(path))
    let parts: readonly Path[] = [whole]
    for (let n = 0; n < 6; n++) parts = parts.flatMap((path) => split(path) ?? [path])
    expect(parts.length).toBeGreaterThan(5)
    expect(parts.reduce((sum, path) => sum + left(path), 0)).toBeCloseTo(left(whole), 10)
  })
})

describe('a search that is given another path', () => {
  it('keeps nothing of the one before', () => {
    const { m } = assemble(
      {
        threads: [[{ op: 'store', how: 'write', v: 'x', value: 1 }], [{ op: 'load', how: 'read', v: 'x' }]],
      },
      'weak',
    )
    const search = new Search(m, 'all')
    const executions = (before: readonly Frame[]): number => {
      search.begin(new StateTable())
      search.take({ frames: before, values: [], widths: [] })
      search.take({ frames: [], values: [], widths: [] })
      while (search.next() !== null);
      return search.executions
    }
    const whole = executions([])
    expect(whole).toBeGreaterThan(2)
    expect(executions(Array.from({ length: 20 }, () => frame({ agent: 0, todo: 1, fixed: true })))).toBe(
      whole,
    )
  })
})

describe('the states of two shards', () => {
  const asleep = (table: StateTable, low: number): number => table.get(table.find(low, 1))
  const visit = (table: StateTable | Overlay, low: number, slept: number): void => {
    const slot = table.find(low, 1)
    if (slot < 0) table.insert(slot, low, 1, slept)
    else table.set(slot, table.get(slot) & slept)
  }

  it('a step is left to be tried in a state if it slept at all visits, and only then', () => {
    const known = new StateTable()
    visit(known, 7, 0b111)
    const shards = [new Overlay(known), new Overlay(known)] as const
    visit(shards[0], 7, 0b110)
    visit(shards[1], 7, 0b011)
    visit(shards[0], 8, 0b10)
    visit(shards[0], 9, 0b11)
    visit(shards[1], 9, 0b10)
    expect(asleep(known, 7)).toBe(0b111)
    for (const { own } of shards) known.merge(own)
    expect([7, 8, 9].map((low) => asleep(known, low))).toEqual([0b010, 0b10, 0b10])
    expect(known.size).toBe(3)
  })

  it('a table that grows keeps what it knows', () => {
    const table = new StateTable()
    for (let low = 1; low <= 100_000; low++) visit(table, low, low & 0xff)
    expect(table.size).toBe(100_000)
    for (let low = 1; low <= 100_000; low += 997) expect(asleep(table, low)).toBe(low & 0xff)
  })
})
