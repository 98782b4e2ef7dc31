import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Rng } from '#harness/drivers/rng.js'
import { decode } from '#harness/fuzz/decode.js'
import { Grammar } from '#harness/fuzz/grammar.js'
import { loadSystem, systemNames } from '#harness/registry.js'

const systems = await Promise.all(systemNames().map(loadSystem))

describe.each(systems)('the grammar of $name', (system) => {
  const grammar = new Grammar(system.scenario)
  const valid = (s: unknown): boolean => system.scenario.safeParse(s).success

  it('generates, mutates and tidies into what the schema admits', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const rng = new Rng(seed)
        let s = grammar.generate(rng)
        for (let i = 0; i < 5; i++) {
          expect(valid(s)).toBe(true)
          expect(valid(system.tidy?.(s) ?? s)).toBe(true)
          s = grammar.mutate(rng, s)
        }
      }),
    )
  })

  it('generates the same from the same seed', () => {
    expect(grammar.generate(new Rng(7))).toEqual(grammar.generate(new Rng(7)))
    expect(grammar.generate(new Rng(7))).not.toEqual(grammar.generate(new Rng(8)))
  })

  it('shrinks to smaller scenarios only, and ends', () => {
    const order = words(z.toJSONSchema(system.scenario))
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        let s = grammar.generate(new Rng(seed))
        for (;;) {
          const next = [...grammar.shrink(s)].find(valid)
          if (next === undefined) break
          expect(weight(next, order)).toBeLessThan(weight(s, order))
          s = next
        }
      }),
    )
  })

  it('decodes any bytes to a valid scenario', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (data) => valid(decode(system, data).scenario)))
  })

  it('admits the hand-written scenarios as they are', () => {
    for (const { scenario } of Object.values(system.scenarios))
      expect(system.scenario.parse(scenario)).toEqual(scenario)
  })
})

/** Every reduction takes an element away, or makes a value less: a word is less than those listed after it. */
function weight(v: unknown, order: ReadonlyMap<string, number>): number {
  if (typeof v === 'number') return v
  if (typeof v === 'string') return order.get(v) ?? 0
  if (typeof v === 'boolean') return Number(v)
  if (Array.isArray(v)) return v.reduce<number>((n, e) => n + 1000 + weight(e, order), 0)
  return Object.values(v as object).reduce<number>((n, e) => n + weight(e, order), 0)
}

/** The words of all enumerations in a JSON schema, with their places. */
function words(schema: unknown, order = new Map<string, number>()): Map<string, number> {
  if (typeof schema !== 'object' || schema === null) return order
  const { enum: list } = schema as { enum?: readonly string[] }
  list?.forEach((word, i) => order.set(word, i))
  for (const part of Object.values(schema)) words(part, order)
  return order
}

describe('fixed parts', () => {
  const grammar = new Grammar(
    z.object({ a: z.int().min(0).max(9), bits: z.int().min(1).max(32).default(32).meta({ fixed: true }) }),
  )

  it('stay at their default in generated and mutated scenarios', () => {
    const rng = new Rng(1)
    let s = grammar.generate(rng)
    for (let i = 0; i < 200; i++) s = grammar.mutate(rng, s)
    expect(s).toMatchObject({ bits: 32 })
    expect([...grammar.shrink({ a: 0, bits: 32 })]).toEqual([])
  })
})

describe('equal numbers', () => {
  const slot = z.int().min(0).max(3)
  const grammar = new Grammar(
    z.object({ slots: z.int().min(1).max(4), plug: slot, unplug: slot, other: slot }),
  )

  it('are lowered together, those of another schema are not', () => {
    const shrunk = [...grammar.shrink({ slots: 2, plug: 2, unplug: 2, other: 1 })]
    expect(shrunk).toContainEqual({ slots: 2, plug: 0, unplug: 0, other: 1 })
    expect(shrunk).toContainEqual({ slots: 2, plug: 1, unplug: 1, other: 1 })
    expect(shrunk).toContainEqual({ slots: 2, plug: 0, unplug: 2, other: 1 })
    expect(shrunk.filter((s) => (s as { slots: number }).slots === 1)).toEqual([
      { slots: 1, plug: 2, unplug: 2, other: 1 },
    ])
  })
})
