import { defineTarget } from '#harness/define.js'
import type { Machine } from '#harness/machine/index.js'
import { ioctlThread, vcpuThread } from './actors.js'
import { bench } from './bench.js'
import { bounds } from './bounds.js'
import { bootKvm, bootMemory } from './entities.js'
import { GenerationOracle } from './generation-oracle.js'
import { Began, MapOracle } from './map-oracle.js'
import { scenario, shapeOf, type Scenario } from './scenario.js'
import { scenarios } from './scenarios.js'
import type { KvmFix, World } from './world.js'

function build(m: Machine, s: Scenario, fix: KvmFix): void {
  const shape = shapeOf(s)
  const kvm = bootKvm(m, {
    ...shape,
    twoSets: fix.twoSets ?? false,
    firstGeneration: (asId) => fix.firstGeneration(asId),
  })
  kvm.mmioGenerationBits = fix.mmioGenerationBits ?? s.mmioGenerationBits
  kvm.splitSections = s.splitSections
  const map = new MapOracle(m)
  for (let asId = 0; asId < shape.addressSpaces; asId++)
    for (let gfn = 0; gfn < shape.gfns; gfn++)
      map.atBoot(asId, gfn, gfn < shape.slots ? bootMemory(asId, gfn) : null)
  const running = s.inhibitIoctls ? s.vcpus.map((_, i) => m.mutex(`vcpu${i} runs`)) : null
  const world: World = { kvm, fix, map, generations: new GenerationOracle(m, kvm), running, created: 0 }
  m.atStart(() => {
    world.created = 0
  })
  s.vcpus.forEach((events, i) => {
    const began = new Began(m)
    map.watch(began)
    m.spawn(`vcpu${i}`, 'vcpu', (t) => vcpuThread(t, world, events, began, running?.[i] ?? null))
  })
  m.spawn('main', 'main', (t) => ioctlThread(t, world, s.ioctls))
}

export default defineTarget<KvmFix, Scenario>({
  name: 'kvm-memslots',
  title: 'KVM memslots: the generation, and what is cached by it',
  source: 'kvm list, August 2014: "fix cache stale memslot info with correct mmio generation number"',
  scenario,
  methods: {
    firstGeneration: 'the generation an address space starts with',
    newMemslots: 'virt/kvm/kvm_main.c: the set that the update prepares',
    installNewMemslots: 'virt/kvm/kvm_main.c: install_new_memslots: generations, publication, SRCU wait',
    reinstallMemslots: 'virt/kvm/kvm_main.c: the same for a failed update that is rolled back',
    freeMemslots: 'virt/kvm/kvm_main.c: what becomes of the old set',
    writeGuestCached: 'virt/kvm/kvm_main.c: kvm_write_guest_cached, through a gfn_to_hva_cache',
    kvmArchMemslotsUpdated: 'arch/x86/kvm/x86.c: zaps when the stored generation has wrapped around',
    handleMmioPageFault: 'arch/x86/kvm/mmu.c: handle_mmio_page_fault_common, the processor met an MMIO spte',
    tdpPageFault: 'arch/x86/kvm/mmu.c: tdp_page_fault, lookup and mapping',
    emulatorReadWrite: 'arch/x86/kvm/x86.c: emulator_read_write_onepage',
    vcpuMatchMmio: `arch/x86/kvm/x86.h: vcpu_match_mmio_gpa, the vCPU's own cache`,
    vcpuCacheMmioInfo: `arch/x86/kvm/x86.h: vcpu_cache_mmio_info, which stamps it`,
    walkShadowPageGetMmioSpte: 'arch/x86/kvm/mmu.c: the lockless walk',
    checkMmioSpte: 'arch/x86/kvm/mmu.c: check_mmio_spte, whether its generation is the current one',
    markMmioSpte: 'arch/x86/kvm/mmu.c: mark_mmio_spte, the spte to store for a frame without a slot',
  },
  threads: (s) => s.vcpus.length + 1,
  build,
  scenarios,
  bounds,
  bench,
})
