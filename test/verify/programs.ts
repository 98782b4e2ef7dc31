import fc from 'fast-check'
import { Machine, Struct, type Coroutine, type MemoryModelName, type Thread } from '#harness/machine/index.js'

/** One instruction of a generated program. Registers hold what loads gave, pointers what pointer loads gave. */
export type Instruction =
  | { readonly op: 'load'; readonly how: 'read' | 'loadAcquire' | 'plainRead'; readonly v: 'x' | 'y' }
  | {
      readonly op: 'store'
      readonly how: 'write' | 'storeRelease' | 'plainWrite'
      readonly v: 'x' | 'y'
      readonly value: number
    }
  | { readonly op: 'fetchAdd' | 'xchg' | 'cmpxchg'; readonly v: 'x' | 'y' }
  | { readonly op: 'smpMb' | 'smpRmb' | 'smpWmb' | 'synchronizeRcu' | 'note' | 'forced' | 'cpuRelax' }
  | { readonly op: 'lock' | 'section'; readonly body: readonly Instruction[] }
  | { readonly op: 'readPair' | 'writePair' | 'plainReadPair' | 'plainWritePair' }
  | { readonly op: 'publish'; readonly release: boolean }
  | { readonly op: 'use'; readonly plain: boolean }
  | { readonly op: 'clear' }
  | { readonly op: 'free' | 'callFree' }
  | { readonly op: 'wait'; readonly v: 'x' | 'y' }
  | { readonly op: 'condWait' | 'condSignal' }
  | { readonly op: 'forget'; readonly body: readonly Instruction[] }

export interface Program {
  readonly threads: readonly (readonly Instruction[])[]
}

class Shared extends Struct {
  static readonly structName = 'Shared'
  readonly x = this.word('x')
  readonly y = this.word('y')
  readonly node = this.link<Node>('node')
}

class Node extends Struct {
  static readonly structName = 'Node'
  static readonly byAddress = true
  readonly data = this.word('data')
  readonly rcu = this.rcuHead('rcu')
}

const v = fc.constantFrom('x' as const, 'y' as const)

const memory: fc.Arbitrary<Instruction>[] = [
  fc.record({
    op: fc.constant('load' as const),
    how: fc.constantFrom('read', 'loadAcquire', 'plainRead'),
    v,
  }),
  fc.record({
    op: fc.constant('store' as const),
    how: fc.constantFrom('write', 'storeRelease', 'plainWrite'),
    v,
    value: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ op: fc.constantFrom('fetchAdd' as const, 'xchg' as const, 'cmpxchg' as const), v }),
  fc.record({
    op: fc.constantFrom(
      'smpMb' as const,
      'smpRmb' as const,
      'smpWmb' as const,
      'note' as const,
      'cpuRelax' as const,
    ),
  }),
  fc.record({
    op: fc.constantFrom(
      'readPair' as const,
      'writePair' as const,
      'plainReadPair' as const,
      'plainWritePair' as const,
    ),
  }),
]

const objects: fc.Arbitrary<Instruction>[] = [
  fc.record({ op: fc.constant('publish' as const), release: fc.boolean() }),
  fc.record({ op: fc.constant('use' as const), plain: fc.boolean() }),
  fc.record({ op: fc.constantFrom('clear' as const, 'free' as const, 'callFree' as const) }),
  fc.record({ op: fc.constantFrom('synchronizeRcu' as const, 'forced' as const) }),
]

const waits: fc.Arbitrary<Instruction>[] = [
  fc.record({ op: fc.constant('wait' as const), v }),
  fc.record({ op: fc.constantFrom('condWait' as const, 'condSignal' as const) }),
]

const simple = fc.oneof(...memory, ...memory, ...objects, ...objects, ...waits)

const instruction: fc.Arbitrary<Instruction> = fc.oneof(
  { weight: 5, arbitrary: simple },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constantFrom('lock' as const, 'section' as const, 'forget' as const),
      body: fc.array(simple, { minLength: 1, maxLength: 2 }),
    }),
  },
)

export const program: fc.Arbitrary<Program> = fc.record({
  threads: fc.array(fc.array(instruction, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
})

/** A program on a machine; `outcome` says, after a run, what its threads have in their registers and memory holds. */
export interface Assembled {
  readonly m: Machine
  outcome(): string
}

export function assemble({ threads }: Program, model: MemoryModelName): Assembled {
  const m = new Machine(model, threads.length + 1, 300)
  const shared = m.global(Shared, 'shared')
  const mutex = m.mutex('mutex')
  const condition = m.condition('condition')
  const old = m.heap(Node, 'old')
  m.init(shared.node, old)
  const registers: unknown[][] = []
  // What stands outside cells: how many nodes were published.
  let published = 0
  m.atStart(() => {
    published = 0
    registers.length = 0
  })
  m.book(() => [published])

  function* run(t: Thread, code: readonly Instruction[], r: unknown[]): Coroutine<void> {
    for (const i of code)
      switch (i.op) {
        case 'load':
          r.push(yield* t[i.how](shared[i.v]))
          break
        case 'store':
          yield* t[i.how](shared[i.v], i.value)
          break
        case 'fetchAdd':
          r.push(yield* t.fetchAdd(shared[i.v], 1))
          break
        case 'xchg':
          r.push(yield* t.xchg(shared[i.v], 2))
          break
        case 'cmpxchg':
          r.push(yield* t.cmpxchg(shared[i.v], 0, 1))
          break
        case 'smpMb':
        case 'smpRmb':
        case 'smpWmb':
        case 'synchronizeRcu':
        case 'cpuRelax':
          yield* t[i.op]()
          break
        case 'note':
          r.push(t.note(published))
          break
        case 'forced':
          r.push(yield* t.rcuForced())
          break
        case 'lock':
          yield* t.lock(mutex)
          yield* run(t, i.body, r)
          if (t.holds(mutex)) yield* t.unlock(mutex)
          break
        case 'section':
          yield* t.rcuReadLock()
          yield* run(t, i.body, r)
          yield* t.rcuReadUnlock()
          break
        case 'forget': {
          const start = t.mark()
          const inner: unknown[] = []
          yield* run(t, i.body, inner)
          t.forget(start, 'done')
          break
        }
        case 'readPair':
        case 'plainReadPair':
          r.push(...(yield* t[i.op](shared.x, shared.y)))
          break
        case 'writePair':
        case 'plainWritePair':
          yield* t[i.op](shared.x, shared.y, 1 + t.id, 1 + t.id)
          break
        case 'publish': {
          const node = yield* t.alloc(Node, 'node')
          yield* t.plainWrite(node.data, 7)
          yield* i.release ? t.rcuAssignPointer(shared.node, node) : t.write(shared.node, node)
          published++
          break
        }
        case 'use': {
          const node = yield* t.rcuDereference(shared.node)
          if (node) r.push(yield* i.plain ? t.plainRead(node.data) : t.read(node.data))
          break
        }
        case 'clear':
          yield* t.write(shared.node, null)
          break
        case 'free':
          yield* t.free(old)
          break
        case 'callFree': {
          const node = yield* t.xchg(shared.node, null)
          if (node) yield* t.callRcu(node.rcu, freeNode, node)
          break
        }
        case 'wait':
          r.push(yield* t.waitUntil(shared[i.v], (x) => x !== 0))
          break
        case 'condWait':
          if (!t.holds(mutex)) break
          yield* t.condWait(condition, mutex)
          break
        case 'condSignal':
          yield* t.condSignal(condition)
          break
      }
  }

  threads.forEach((code, i) =>
    m.spawn(`P${i}`, `P${i}`, function* (t) {
      yield* run(t, code, (registers[i] = []))
    }),
  )
  m.spawnCallRcu()
  return {
    m,
    outcome: () =>
      JSON.stringify([
        registers,
        shared.x.value,
        shared.y.value,
        shared.node.value?.label ?? null,
        published,
      ]),
  }
}

function* freeNode(t: Thread, node: Node): Coroutine<void> {
  yield* t.free(node)
}
