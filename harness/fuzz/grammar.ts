import { z } from 'zod'

/** The parts of JSON Schema that zod writes for scenarios. */
interface JsonSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly oneOf?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: { readonly [key: string]: JsonSchema }
  readonly items?: JsonSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly default?: unknown
  /** From `.meta({ fixed: true })`: a parameter that generated scenarios leave at its default. */
  readonly fixed?: boolean
  /** From `.meta({ weight: 3 })`: how much more often than others this alternative is generated. */
  readonly weight?: number
}

/** Where decisions come from: a seeded generator, or a fuzzer's bytes. */
export interface Chance {
  /** One of 0..n-1. */
  below(n: number): number
  oneIn(n: number): boolean
  pick<T>(items: readonly T[]): T
}

type Json = unknown
type JsonObject = { readonly [key: string]: Json }

/**
 * A scenario grammar, taken from a system's zod schema: generates, mutates and shrinks by structure. The
 * schema is declared once; whatever it admits is a scenario.
 */
export class Grammar {
  private readonly root: JsonSchema

  constructor(schema: z.ZodType) {
    this.root = z.toJSONSchema(schema, { io: 'output' }) as JsonSchema
  }

  generate(rng: Chance): Json {
    return generate(this.root, rng)
  }

  /** Changes one place of a scenario. */
  mutate(rng: Chance, value: Json): Json {
    const places: Place[] = []
    collect(this.root, value, places, (v) => v)
    if (places.length === 0) return value
    const place = rng.pick(places)
    return place.put(mutateHere(place.schema, rng, place.value))
  }

  /** Scenarios that are one reduction smaller, the boldest first. Deterministic. */
  *shrink(value: Json): Generator<Json> {
    const places: Place[] = []
    collect(this.root, value, places, (v) => v)
    for (const place of places) {
      if (place.schema.type === 'array') for (const v of shorter(place)) yield place.put(v)
    }
    for (const place of places) {
      if (place.schema.type !== 'array') for (const v of simpler(place)) yield place.put(v)
    }
    yield* this.lowered(value, places)
  }

  /**
   * Equal numbers with the same schema mean the same thing as a rule (a slot that is looked up and unplugged): none
   * can be lowered alone, all together can (so does Hypothesis: MacIver and Donaldson, ECOOP 2020).
   */
  private *lowered(value: Json, places: readonly Place[]): Generator<Json> {
    const groups = new Map<string, number[]>()
    places.forEach(({ schema, value: number }, i) => {
      if (schema.type !== 'integer') return
      const key = JSON.stringify([schema, number])
      groups.set(key, [...(groups.get(key) ?? []), i])
    })
    for (const group of groups.values()) {
      const [first] = group.map((i) => places[i] as Place)
      if (group.length > 1 && first) for (const v of simpler(first)) yield this.putAll(value, group, v)
    }
  }

  /** Puts a number in several places, which stay where they are. */
  private putAll(value: Json, at: readonly number[], number: Json): Json {
    return at.reduce((changed, i) => {
      const places: Place[] = []
      collect(this.root, changed, places, (v) => v)
      return (places[i] as Place).put(number)
    }, value)
  }

  /** How many events a scenario has: the elements of its innermost lists. */
  size(value: Json): number {
    let n = 0
    const places: Place[] = []
    collect(this.root, value, places, (v) => v)
    for (const p of places) if (Array.isArray(p.value) && !p.value.some(hasList)) n += p.value.length
    return n
  }
}

const hasList = (v: Json): boolean =>
  Array.isArray(v) || (typeof v === 'object' && v !== null && Object.values(v).some(hasList))

/** A part of a scenario that can be changed on its own, and how to put it back. */
interface Place {
  readonly schema: JsonSchema
  readonly value: Json
  put(value: Json): Json
}

function collect(schema: JsonSchema, value: Json, places: Place[], put: (v: Json) => Json): void {
  if (schema.fixed) return
  const choices = alternatives(schema)
  if (choices) {
    const taken = choices.find((c) => fits(c, value))
    if (choices.length > 1) places.push({ schema, value, put })
    if (taken) collect(taken, value, places, put)
  } else if (schema.type === 'object') {
    const object = value as JsonObject
    for (const [key, part] of Object.entries(schema.properties ?? {}))
      collect(part, object[key], places, (v) => put({ ...object, [key]: v }))
  } else if (schema.type === 'array' && schema.items) {
    const list = value as readonly Json[]
    places.push({ schema, value, put })
    list.forEach((element, i) =>
      collect(schema.items as JsonSchema, element, places, (v) => put(list.with(i, v))),
    )
  } else if (schema.const === undefined) places.push({ schema, value, put })
}

const alternatives = (schema: JsonSchema): readonly JsonSchema[] | undefined => schema.oneOf ?? schema.anyOf

/** Whether a value is of this alternative: told by its constant properties. */
function fits(schema: JsonSchema, value: Json): boolean {
  return Object.entries(schema.properties ?? {}).every(
    ([key, part]) => part.const === undefined || part.const === (value as JsonObject)[key],
  )
}

function generate(schema: JsonSchema, rng: Chance): Json {
  if (schema.fixed) return schema.default
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return rng.pick(schema.enum)
  const choices = alternatives(schema)
  if (choices)
    return generate(rng.pick(choices.flatMap((c) => Array<JsonSchema>(c.weight ?? 1).fill(c))), rng)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, part]) => [key, generate(part, rng)]),
      )
    case 'array': {
      const [min, max] = [schema.minItems ?? 0, schema.maxItems ?? 4]
      return Array.from({ length: min + few(rng, max - min) }, () =>
        generate(schema.items as JsonSchema, rng),
      )
    }
    case 'boolean':
      return rng.oneIn(4)
    default: {
      const [min, max] = [schema.minimum ?? 0, schema.maximum ?? 7]
      return min + rng.below(max - min + 1)
    }
  }
}

/** A number up to n, each with two thirds of the chance of the one before: small scenarios run fast. */
function few(rng: Chance, n: number): number {
  let k = 0
  while (k < n && !rng.oneIn(3)) k++
  return k
}

function mutateHere(schema: JsonSchema, rng: Chance, value: Json): Json {
  if (schema.type !== 'array') return generate(schema, rng)
  const list = value as readonly Json[]
  const [min, max] = [schema.minItems ?? 0, schema.maxItems ?? 4]
  const at = rng.below(list.length + 1)
  switch (rng.below(4)) {
    case 0:
      if (list.length > min) return list.toSpliced(Math.min(at, list.length - 1), 1)
      break
    case 1:
      if (list.length > 0 && list.length < max) return list.toSpliced(at, 0, rng.pick(list))
      break
    case 2:
      if (list.length > 1) {
        const [i, j] = [rng.below(list.length), rng.below(list.length)]
        return list.with(i, list[j]).with(j, list[i])
      }
  }
  const fresh = generate(schema.items as JsonSchema, rng)
  return list.length < max ? list.toSpliced(at, 0, fresh) : list.with(Math.min(at, list.length - 1), fresh)
}

/** The list without one element; first without its second or first half, when it is long. */
function* shorter({ schema, value }: Place): Generator<Json> {
  const list = value as readonly Json[]
  const min = schema.minItems ?? 0
  const half = list.length >> 1
  if (half > 1 && half >= min) {
    yield list.slice(0, half)
    yield list.slice(half)
  }
  if (list.length > min) for (let i = list.length - 1; i >= 0; i--) yield list.toSpliced(i, 1)
}

/** Lesser values: the default, the first alternative of an enumeration, smaller numbers. */
function* simpler({ schema, value }: Place): Generator<Json> {
  if (schema.enum) {
    for (const v of schema.enum.slice(0, schema.enum.indexOf(value))) yield v
  } else if (schema.type === 'boolean') {
    if (value === true) yield false
  } else if (schema.type === 'integer' || schema.type === 'number') {
    const min = schema.minimum ?? 0
    for (let v = min; v < (value as number); v++) yield v
  }
}
