import { expect } from 'vitest'
import {
  Machine,
  MEMORY_MODELS,
  Struct,
  type Chooser,
  type Coroutine,
  type MemoryModelName,
  type Outcome,
  type Thread,
} from '#harness/machine/index.js'

/** The shared variables of a litmus test; all are 0 at first. */
export class Vars extends Struct {
  static readonly structName: string = 'Vars'
  readonly x = this.word('x')
  readonly y = this.word('y')
  readonly z = this.word('z')
  readonly flag = this.word('flag')
}

/** An object with a number, a raw and a publishing pointer, and an `rcu_head`. */
export class Node extends Struct {
  static readonly structName: string = 'Node'
  readonly data = this.word('data')
  readonly raw = this.pointer<Node>('raw')
  readonly next = this.link<Node>('next')
  readonly refs = this.refcount('refs')
  readonly rcu = this.rcuHead('rcu')
}

/** What a thread has in its registers at the end; nothing, for a thread that only stores. */
type Registers = number | readonly number[] | string | undefined | void

export type Body<E> = (t: Thread, env: E) => Coroutine<Registers>

/** A litmus test: state, threads, and what to look at in memory when all is over. */
export interface Litmus<E> {
  readonly setup: (m: Machine) => E
  readonly threads: readonly Body<E>[]
  readonly final?: (env: E) => Registers
  /** Adds the call_rcu thread. */
  readonly callRcu?: boolean
  readonly maxSteps?: number
}

/** Everything that can happen. */
export interface Behaviour {
  /** Registers of all threads in order, then final memory; each once, sorted. An unfinished thread shows `-`. */
  readonly outcomes: readonly string[]
  /** Kinds of violation; `?` marks those inferred from a lack of happens-before. */
  readonly violations: readonly string[]
  /** Signatures of the same violations, each once, sorted. */
  readonly signatures: readonly string[]
  readonly executions: number
}

/** Walks the tree of choices depth first, one path an execution. */
export class DepthFirst implements Chooser {
  private readonly taken: number[] = []
  private readonly width: number[] = []
  private depth = 0

  nextAgent(m: Machine): number {
    return m.enabled[this.choose(m.enabledCount)] as number
  }

  nextValue(n: number): number {
    return this.choose(n)
  }

  protected choose(n: number): number {
    if (n === 1) return 0
    const d = this.depth++
    if (d === this.taken.length) {
      this.taken.push(0)
      this.width.push(n)
    }
    return this.taken[d] as number
  }

  /** Turns to the next path; false when there is none. */
  advance(): boolean {
    this.depth = 0
    while (this.taken.length > 0) {
      const last = this.taken.length - 1
      const next = (this.taken[last] as number) + 1
      if (next < (this.width[last] as number)) {
        this.taken[last] = next
        return true
      }
      this.taken.pop()
      this.width.pop()
    }
    return false
  }
}

/** The same, over the values alone: whose turn it is stands in a script of thread numbers. */
class Scripted extends DepthFirst {
  constructor(private readonly script: readonly number[]) {
    super()
  }

  override nextAgent(m: Machine): number {
    const enabled = m.enabled.subarray(0, m.enabledCount)
    const agent = this.script[m.step] ?? (enabled[0] as number)
    if (!enabled.includes(agent))
      throw new Error(`step ${m.step}: ${agent} is not among ${enabled.join(' ')}`)
    return agent
  }
}

/** A machine with the test's threads on it; `registers` holds their results after a run. */
export function assemble<E>(
  litmus: Litmus<E>,
  model: MemoryModelName,
): { m: Machine; env: E; registers: Registers[] } {
  const n = litmus.threads.length
  const m = new Machine(model, n + 1, litmus.maxSteps ?? 200)
  const env = litmus.setup(m)
  const registers: Registers[] = []
  litmus.threads.forEach((body, i) =>
    m.spawn(`P${i}`, `P${i}`, function* (t) {
      registers[i] = '-'
      registers[i] = yield* body(t, env)
    }),
  )
  if (litmus.callRcu) m.spawnCallRcu()
  return { m, env, registers }
}

const LIMIT = 2_000_000

/** Runs every execution of the test, and says all that can come of it. */
export function explore<E>(
  litmus: Litmus<E>,
  model: MemoryModelName,
  path: DepthFirst = new DepthFirst(),
): Behaviour {
  const { m, env, registers } = assemble(litmus, model)
  const outcomes = new Set<string>()
  const violations = new Set<string>()
  const signatures = new Set<string>()
  let executions = 0
  do {
    if (++executions > LIMIT) throw new Error(`more than ${LIMIT} executions`)
    const end = m.run(path)
    outcomes.add(show([...registers, litmus.final?.(env)]))
    for (const kind of kindsOf(end)) violations.add(kind)
    for (const v of end.violations) signatures.add(v.signature)
  } while (path.advance())
  const [o, v, s] = [outcomes, violations, signatures].map((set) => [...set].sort())
  return { outcomes: o ?? [], violations: v ?? [], signatures: s ?? [], executions }
}

/**
 * Runs the executions that take their first steps in this order: `[0, 0, 1]` is two steps of P0, then one of
 * P1; the store buffer of P0 is number `threads + 1`. Afterwards the lowest enabled number goes first.
 */
export function inOrder<E>(litmus: Litmus<E>, model: MemoryModelName, script: readonly number[]): Behaviour {
  return explore(litmus, model, new Scripted(script))
}

export function kindsOf(end: Outcome): string[] {
  return end.violations.map((v) => (v.concrete ? v.kind : `${v.kind}?`))
}

function show(registers: readonly Registers[]): string {
  return registers
    .filter((r) => r !== undefined)
    .flat()
    .join(' ')
}

type Expected = Partial<Record<MemoryModelName, readonly string[]>>

/** Expects exactly these outcomes, and no violation, in each memory model. */
export function allows<E>(litmus: Litmus<E>, expected: Expected): void {
  for (const model of modelsOf(expected)) {
    const { outcomes, violations } = explore(litmus, model)
    expect({ model, outcomes, violations }).toEqual({
      model,
      outcomes: [...(expected[model] ?? [])].sort(),
      violations: [],
    })
  }
}

/** Expects exactly these kinds of violation over all executions, in each memory model. */
export function finds<E>(litmus: Litmus<E>, expected: Expected): void {
  for (const model of modelsOf(expected)) {
    const { violations } = explore(litmus, model)
    expect({ model, violations }).toEqual({ model, violations: [...(expected[model] ?? [])].sort() })
  }
}

function modelsOf(expected: Expected): MemoryModelName[] {
  return MEMORY_MODELS.filter((model) => expected[model] !== undefined)
}

/** The same expectation in every memory model. */
export function everywhere(expected: readonly string[]): Expected {
  return { sc: expected, tso: expected, weak: expected }
}

/** A litmus test over `Vars`. */
export function litmus(...threads: Body<Vars>[]): Litmus<Vars> {
  return { setup: (m) => m.global(Vars, 'v'), threads }
}

/** The same, with final memory in its outcomes. */
export function withFinal<E>(test: Litmus<E>, final: (env: E) => Registers): Litmus<E> {
  return { ...test, final }
}

/** Every tuple of `n` bits, without those listed. */
export function bits(n: number, ...without: readonly string[]): string[] {
  const all = Array.from({ length: 2 ** n }, (_, i) => [...i.toString(2).padStart(n, '0')].join(' '))
  for (const o of without) if (!all.includes(o)) throw new Error(`${o} is no tuple of ${n} bits`)
  return all.filter((o) => !without.includes(o))
}

/** A stream of choices from a seed (mulberry32). */
export function random(seed: number): {
  nextAgent: (m: Machine) => number
  nextValue: (n: number) => number
} {
  let a = seed
  const below = (n: number): number => {
    a = (a + 0x6d2b79f5) | 0
    let x = Math.imul(a ^ (a >>> 15), 1 | a)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) % n
  }
  return { nextAgent: (m) => m.enabled[below(m.enabledCount)] as number, nextValue: below }
}
