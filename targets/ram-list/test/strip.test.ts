import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundlePlain, loadPlain } from '#harness/bench/bundle.js'
import { strip } from '#harness/bench/strip.js'
import { RandomDriver } from '#harness/drivers/random.js'
import { Machine, type Thread } from '#harness/machine/index.js'
import { RAMBlock, RAMList } from '#targets/ram-list/entities.js'
import type { RamListFix } from '#targets/ram-list/world.js'

const FIXES = fileURLToPath(new URL('../../../dist/targets/ram-list/fixes/', import.meta.url))
const BLOCKS = 4
const SIZE = 100

type Action = { do: 'lookup' | 'host' | 'unplug' | 'plug'; slot: number }

/** Lookups of every kind, before and after each change of the list. */
const ACTIONS: Action[] = [
  ...lookups([0, 0, 1, 1, 3, 2, 3, 9]),
  { do: 'unplug', slot: 2 },
  ...lookups([3, 2, 1, 1]),
  { do: 'unplug', slot: 1 },
  ...lookups([1, 0, 1, 3, 3]),
  { do: 'plug', slot: 2 },
  ...lookups([2, 2, 1, 3, 3, 0]),
]

function lookups(slots: number[]): Action[] {
  return slots.flatMap((slot): Action[] => [
    { do: 'lookup', slot },
    { do: 'host', slot },
  ])
}

const range = (slot: number) => ({ offset: slot * SIZE, maxLength: SIZE - slot })
const host = (slot: number): number => 0x1000 + slot * 0x100

/** What the candidate answers on the machine, and whether it was caught at something. */
function emulated(fix: RamListFix): { answers: string[]; caught: boolean } {
  const m = new Machine('sc', 2, 100_000)
  const ram = m.global(fix.state ?? RAMList, 'ram_list')
  const blocks: RAMBlock[] = []
  let link = ram.blocks
  for (let slot = 0; slot < BLOCKS; slot++) {
    const block = m.heap(RAMBlock, `block${slot}`)
    m.init(block.range, range(slot))
    m.init(block.host, host(slot))
    m.init(link, block)
    link = block.next
    blocks.push(block)
  }
  const answers: string[] = []
  m.spawn('main', 'main', function* (t: Thread) {
    for (const { do: what, slot } of ACTIONS) {
      const section = what === 'lookup' || what === 'host'
      if (section) yield* t.rcuReadLock()
      else yield* t.lock(m.bql)
      if (what === 'lookup') answers.push((yield* fix.qemuGetRamBlock(t, ram, slot * SIZE))?.name ?? 'none')
      else if (what === 'host')
        answers.push((yield* fix.qemuRamBlockFromHost(t, ram, host(slot)))?.name ?? 'none')
      else if (what === 'unplug') {
        yield* fix.qemuRamFree(t, ram, blocks[slot] as RAMBlock)
        // Without a scheduler callbacks run at once; so they do here. The second drain is for nested ones.
        yield* t.drainCallRcu()
        yield* t.drainCallRcu()
      } else {
        const block = yield* t.alloc(RAMBlock, `new${slot}`)
        yield* t.plainWrite(block.range, range(slot))
        yield* t.plainWrite(block.host, host(slot))
        yield* fix.ramBlockAdd(t, ram, block)
      }
      if (section) yield* t.rcuReadUnlock()
      else yield* t.unlock(m.bql)
    }
  })
  m.spawnCallRcu()
  const driver = new RandomDriver()
  driver.begin(1)
  const { violations } = m.run(driver)
  return { answers, caught: violations.some((v) => v.severity === 'error') }
}

/** The stripped candidate's shapes: the same classes without operations. */
interface PlainBlock {
  name: string
  range: { value: unknown }
  host: { value: number }
  next: { value: PlainBlock | null }
}
interface PlainRam {
  blocks: { value: PlainBlock | null }
}

/** What its stripped source answers. */
async function stripped(path: string): Promise<string[]> {
  const plain = await loadPlain(await bundlePlain(path), 'test')
  const machine = new plain.Machine()
  const t = new plain.Thread(machine)
  const fix = plain.fix as unknown as Record<string, (...args: unknown[]) => PlainBlock | null> & {
    state?: new (m: object, name: string) => PlainRam
  }
  // The stripped entities are the bundle's own: a path prepares them, its machine hands them out.
  const made: unknown[] = []
  const collecting = Object.assign(Object.create(machine) as object, {
    global: (type: new (m: object, name: string) => unknown, name: string) =>
      collect(new type(machine, name)),
    heap: (type: new (m: object, name: string) => unknown, name: string) => collect(new type(machine, name)),
  })
  const collect = (object: unknown): unknown => {
    made.push(object)
    return object
  }
  plain.fix.target.bench.paths['hit']?.prepare(collecting, plain.fix)
  const [ram, ...blocks] = made as [PlainRam, ...PlainBlock[]]
  const fresh = (slot: number, name: string, storage: PlainBlock): PlainBlock => {
    storage.name = name
    storage.range.value = range(slot)
    storage.host.value = host(slot)
    return storage
  }
  let link: { value: PlainBlock | null } = ram.blocks
  for (let slot = 0; slot < BLOCKS; slot++) {
    const block = fresh(slot, `block${slot}`, blocks[slot] as PlainBlock)
    link.value = block
    link = block.next
  }
  link.value = null
  return ACTIONS.flatMap(({ do: what, slot }) => {
    if (what === 'lookup') return [fix['qemuGetRamBlock']?.(t, ram, slot * SIZE)?.name ?? 'none']
    if (what === 'host') return [fix['qemuRamBlockFromHost']?.(t, ram, host(slot))?.name ?? 'none']
    if (what === 'unplug') fix['qemuRamFree']?.(t, ram, blocks[slot])
    else fix['ramBlockAdd']?.(t, ram, fresh(slot, `new${slot}`, blocks[BLOCKS] as PlainBlock))
    return []
  })
}

describe('stripping the scheduler', () => {
  it('leaves plain functions', () => {
    expect(strip('function* f(t) { const x = yield* t.read(c); return (yield* g(t, x)) * 2 }')).toBe(
      'function f(t) { const x = t.read(c); return (g(t, x)) * 2 }',
    )
    expect(strip('class A { static *f(t) { yield* t.x() } * g() {} }')).toBe(
      'class A { static f(t) { t.x() }  g() {} }',
    )
    expect(strip('const o = { *f() {}, g: function* () {}, h() { return 2 * 3 } }')).toBe(
      'const o = { f() {}, g: function () {}, h() { return 2 * 3 } }',
    )
    expect(() => strip('function* f() { yield 1 }')).toThrow(/`yield` without an operation: yield 1/)
  })

  it.each(readdirSync(FIXES).filter((f) => f.endsWith('.js')))(
    '%s answers as it does on the machine',
    async (f) => {
      const { default: fix } = (await import(FIXES + f)) as { default: RamListFix }
      const { answers, caught } = emulated(fix)
      const plain = await stripped(FIXES + f)
      expect(plain.length).toBe(ACTIONS.filter((a) => a.do === 'lookup' || a.do === 'host').length)
      // One that loses a callback or uses freed memory goes its own way; up to the first removal none can.
      const comparable = caught ? ACTIONS.findIndex((a) => a.do === 'unplug') : plain.length
      expect(answers.slice(0, comparable)).toEqual(plain.slice(0, comparable))
      // A fix may be a TypeScript file.
      const source = FIXES.replace('/dist/', '/') + f.replace(/js$/, 'ts')
      if (f === 'baseline.js') expect(await stripped(source)).toEqual(plain)
    },
  )

  it("takes a user's own file", async () => {
    const dir = mkdtempSync(join(tmpdir(), 'rcufuzz-test-'))
    const path = join(dir, 'mine.ts')
    writeFileSync(
      path,
      `import { defineFix, type Thread } from 'rcufuzz'
       import ramList, { upstream, walk, type RAMList } from 'rcufuzz/ram-list'
       export default defineFix(ramList, {
         ...upstream,
         name: 'mine', title: '', source: '',
         *qemuGetRamBlock(t: Thread, ram: RAMList, addr: number) { return yield* walk(t, ram, addr) },
       })`,
    )
    try {
      expect((await stripped(path)).slice(0, 3)).toEqual(['block0', 'block0', 'block0'])
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
