import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Machine,
  MEMORY_MODELS,
  type Coroutine,
  type MemoryModelName,
  type Thread,
} from '#harness/machine/index.js'
import {
  activeSet,
  bootKvm,
  memslotsOf,
  pageOf,
  Spte,
  type KvmMemslots,
} from '#targets/kvm-memslots/entities.js'
import { GenerationOracle } from '#targets/kvm-memslots/generation-oracle.js'
import { Began, MapOracle, type Ending } from '#targets/kvm-memslots/map-oracle.js'
import { tell, type Told } from '../../../test/verify/agreement.js'

/*
 * What verify leaves out decides nothing: both oracles in programs that are small enough to be run in every
 * order, with every value. The programs do to the oracles what ioctls and vCPUs do, and much that these never do.
 */

type Update =
  | {
      readonly op: 'change'
      readonly gfn: number
      readonly endings: readonly Ending[]
      readonly release: boolean
    }
  | { readonly op: 'replace'; readonly gfn: number }
  | { readonly op: 'publish' | 'bump'; readonly asId: number; readonly by: number }
  | { readonly op: 'bql' }

type Access =
  | { readonly op: 'access'; readonly gfn: number; readonly ending: Ending; readonly long: boolean }
  | { readonly op: 'look' | 'bql' | 'acquire' }

interface Program {
  readonly addressSpaces: number
  readonly ioctls: readonly Update[]
  readonly vcpus: readonly (readonly Access[])[]
  readonly mainFirst: boolean
}

const gfn = fc.integer({ min: 0, max: 1 })
const ending = fc.constantFrom(null, 'ram00', 'new')

const update: fc.Arbitrary<Update> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('change' as const),
      gfn,
      endings: fc.array(ending, { minLength: 1, maxLength: 2 }),
      release: fc.boolean(),
    }),
  },
  fc.record({ op: fc.constant('replace' as const), gfn }),
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom('publish' as const, 'bump' as const),
      asId: gfn,
      by: fc.integer({ min: -1, max: 2 }),
    }),
  },
  fc.record({ op: fc.constant('bql' as const) }),
)

const access: fc.Arbitrary<Access> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('access' as const), gfn, ending, long: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constantFrom('look' as const, 'look' as const, 'bql' as const, 'acquire' as const),
    }),
  },
)

const program: fc.Arbitrary<Program> = fc.record({
  addressSpaces: fc.integer({ min: 1, max: 2 }),
  ioctls: fc.array(update, { minLength: 1, maxLength: 3 }),
  vcpus: fc.array(fc.array(access, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
  mainFirst: fc.boolean(),
})

/** Each place in a program reports under a name of its own. */
function assemble(p: Program, model: MemoryModelName): { m: Machine; outcome: () => string } {
  const m = new Machine(model, p.vcpus.length + 1, 300)
  const firstGeneration = (asId: number): number => asId
  const kvm = bootKvm(m, {
    gfns: 2,
    slots: 1,
    addressSpaces: p.addressSpaces,
    twoSets: true,
    firstGeneration,
  })
  const map = new MapOracle(m)
  map.atBoot(0, 0, 'ram00')
  map.atBoot(0, 1, null)
  const generations = new GenerationOracle(m, kvm)
  const [flag, own] = [pageOf(kvm, 0, 0).spte, pageOf(kvm, 0, 1).spte]

  function* ioctls(t: Thread): Coroutine<void> {
    yield* t.smpWmb()
    for (const i of p.ioctls)
      if (i.op === 'change') {
        map.changing(0, i.gfn, ...i.endings)
        if (i.release) yield* t.storeRelease(flag, new Spte(null, 1))
        else yield* t.write(flag, null)
        map.changed(t, 0, i.gfn)
      } else if (i.op === 'replace') {
        map.replacing(0, i.gfn, true)
        yield* t.smpWmb()
        map.replacing(0, i.gfn, false)
      } else if (i.op === 'bql') yield* underBql(t)
      else {
        const asId = i.asId % p.addressSpaces
        const old = yield* t.read(memslotsOf(kvm, asId))
        const spare = kvm.spares[asId] as KvmMemslots
        const next =
          i.op === 'bump' ? old : old === spare ? (kvm.memslots[asId]?.initial as KvmMemslots) : spare
        yield* t.write(next.generation, (yield* t.read(old.generation)) + i.by)
        if (i.op === 'publish') yield* t.rcuAssignPointer(memslotsOf(kvm, asId), next)
      }
  }

  function* vcpu(t: Thread, accesses: readonly Access[], began: Began): Coroutine<void> {
    const start = t.mark()
    for (const [i, e] of accesses.entries()) {
      t.forget(start, i)
      if (e.op === 'access') {
        yield* t.read(own)
        began.now(t)
        if (e.long) yield* t.loadAcquire(flag)
        map.judge(t, began, 0, e.gfn, e.ending, `${i}`)
      } else if (e.op === 'look') {
        yield* t.read(own)
        generations.look(t)
      } else if (e.op === 'bql') yield* underBql(t)
      else yield* t.loadAcquire(flag)
    }
  }

  if (p.mainFirst) m.spawn('main', 'main', ioctls)
  p.vcpus.forEach((accesses, i) => {
    const began = new Began(m)
    map.watch(began)
    m.spawn(`vcpu${i}`, `vcpu${i}`, (t) => vcpu(t, accesses, began))
  })
  if (!p.mainFirst) m.spawn('main', 'main', ioctls)
  return { m, outcome: () => String(activeSet(kvm, 0).generation.value) }
}

function* underBql(t: Thread): Coroutine<void> {
  yield* t.lock(t.machine.bql)
  yield* t.unlock(t.machine.bql)
}

const RUNS = Number(process.env.AGREEMENT_RUNS ?? 200)

describe.each(MEMORY_MODELS)('under %s', { timeout: 240_000 }, (model) => {
  const all = (p: Program): Told | null => tell(assemble(p, model), 'all', model === 'tso' ? 5_000 : 20_000)

  it('the oracles say the same in the reduced searches as in a full one, errors and notices', () => {
    const kinds = new Set<string>()
    fc.assert(
      fc.property(program, (p) => {
        const full = all(p)
        fc.pre(full !== null)
        for (const reduction of ['commuting', 'states'] as const) {
          const { violations, outcomes } = tell(assemble(p, model), reduction) as Told
          expect({ reduction, violations, outcomes }).toEqual({
            reduction,
            violations: full.violations,
            outcomes: full.outcomes,
          })
        }
        for (const signature of full.violations) kinds.add(signature.split(':')[0] as string)
      }),
      { numRuns: RUNS, seed: Number(process.env.AGREEMENT_SEED ?? 1), maxSkipsPerRun: 1000 },
    )
    expect([...kinds].sort()).toEqual([
      'generation-reuse',
      'hole',
      'late-exit',
      'stale-mmio',
      'stale-ram',
      'wrong-memory',
    ])
  })

  // The vCPU comes first in a search; as its step seems to touch nothing of main's, it is not tried after those.
  it.each([
    [
      'the map',
      0,
      [{ op: 'replace', gfn: 1 }],
      { op: 'access', gfn: 1, ending: null, long: false },
      'hole:0:vcpu0',
    ],
    [
      'the generations',
      1,
      [{ op: 'publish', asId: 0, by: 0 }],
      { op: 'look' },
      'generation-reuse:kvm_memslots.generation:vcpu0',
    ],
  ] as const)('and would not, if %s were kept from the search', (_, book, ioctls, only, signature) => {
    const p: Program = { addressSpaces: 1, ioctls, vcpus: [[only]], mainFirst: false }
    expect(all(p)?.violations).toEqual([signature])
    for (const reduction of ['commuting', 'states'] as const) {
      expect(tell(assemble(p, model), reduction)?.violations).toEqual([signature])
      const silent = assemble(p, model)
      silent.m.books.splice(book, 1)
      expect(tell(silent, reduction)?.violations).toEqual([])
    }
  })
})
