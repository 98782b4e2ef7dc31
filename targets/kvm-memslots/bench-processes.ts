import type { BenchEnvironment, Host } from '#harness/define.js'
import type { Coroutine, Machine, Thread } from '#harness/machine/index.js'
import { bootKvm, memslotsOf, pageOf, ShadowPage, Spte, Vcpu, type Kvm } from './entities.js'
import { MemorySlot } from './entities.js'
import type { KvmFix } from './world.js'

export type KvmParameters = {
  readonly vcpus: number
  /** Frames of emulated devices that each vCPU accesses in turn. With one, its own cache is enough. */
  readonly frames: number
  /** Of all vCPUs together. */
  readonly accessesPerSecond: number
  /** Flags-only updates of a slot that has nothing to do with the devices. */
  readonly updatesPerSecond: number
  /** Bits of the generation in an MMIO spte. */
  readonly generationBits: number
  readonly milliseconds: number
  readonly host: Host
}

/** One slot of RAM at frame 0; the frames after it are devices, which nothing ever changes. */
export function boot(m: Machine, fix: KvmFix, frames: number): Kvm {
  return bootKvm(m, {
    gfns: frames + 1,
    slots: 1,
    addressSpaces: 1,
    twoSets: fix.twoSets ?? false,
    firstGeneration: (asId) => fix.firstGeneration(asId),
  })
}

/** A guest that hammers device registers. Every slow fault after the first of a frame is spurious. */
function* vcpuProcess(
  t: Thread,
  fix: KvmFix,
  kvm: Kvm,
  p: KvmParameters,
  number: number,
  env: BenchEnvironment,
): Coroutine<void> {
  const random = env.random(number)
  const vcpu = new Vcpu()
  const think = (1e9 * p.vcpus) / p.accessesPerSecond
  for (let n = number; ; n++) {
    const gfn = 1 + (n % p.frames)
    yield* t.sleep(random.exponential(think))
    if (!env.goesOn(t)) return
    env.lookupBegins(t)
    const spte = yield* t.read(pageOf(kvm, 0, gfn).spte)
    vcpu.section = yield* t.srcuReadLock(kvm.srcu)
    let result = spte ? yield* fix.handleMmioPageFault(t, kvm, vcpu, 0, gfn) : 'retry'
    if (result === 'vcpu-cache') env.count('vcpuCache')
    else if (result === 'spte') env.count('spte')
    else result = yield* fix.tdpPageFault(t, kvm, vcpu, 0, gfn)
    if (result === 'memslots') env.count('slow')
    yield* t.srcuReadUnlock(vcpu.section)
    env.lookupEnds(t)
  }
}

/** Dirty logging of the RAM slot goes on and off. */
function* mainThread(
  t: Thread,
  fix: KvmFix,
  kvm: Kvm,
  witness: ShadowPage,
  p: KvmParameters,
  env: BenchEnvironment,
): Coroutine<void> {
  if (p.updatesPerSecond === 0) return
  const random = env.random(-1)
  for (;;) {
    yield* t.sleep(random.exponential(1e9 / p.updatesPerSecond))
    if (!env.goesOn(t)) return
    const began = env.now(t)
    yield* t.lock(kvm.slotsLock)
    const old = yield* t.read(memslotsOf(kvm, 0))
    env.removalBegins(t, old)
    const slots = yield* fix.newMemslots(t, kvm, 0, old)
    const table = yield* t.plainRead(old.memslots)
    const { hva, logDirty } = table.find(0) as MemorySlot
    yield* t.plainWrite(slots.memslots, table.with(0, new MemorySlot(0, hva, false, !logDirty)))
    yield* fix.installNewMemslots(t, kvm, 0, slots, old)
    yield* fix.freeMemslots(t, old)
    yield* t.unlock(kvm.slotsLock)
    env.count('updates')
    env.sample('update', env.now(t) - began)
    if (witness.spte.value === null) {
      env.count('zaps')
      yield* t.write(witness.spte, WITNESS)
    }
  }
}

const WITNESS = new Spte('witness')

export function build(m: Machine, fix: KvmFix, p: KvmParameters, env: BenchEnvironment): void {
  const kvm = boot(m, fix, p.frames)
  kvm.mmioGenerationBits = fix.mmioGenerationBits ?? p.generationBits
  // A page that nobody faults on: it is empty after an update that has zapped all pages.
  const witness = m.global(ShadowPage, 'witness')
  m.init<Spte | null>(witness.spte, WITNESS)
  kvm.pages[0]?.push(witness)
  for (let i = 0; i < p.vcpus; i++) m.spawn(`vcpu${i}`, 'vcpu', (t) => vcpuProcess(t, fix, kvm, p, i, env))
  m.spawn('main', 'main', (t) => mainThread(t, fix, kvm, witness, p, env))
}
