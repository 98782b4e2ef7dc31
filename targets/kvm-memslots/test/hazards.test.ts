import { describe, expect, it } from 'vitest'
import { MEMORY_MODELS, type MemoryModelName } from '#harness/machine/index.js'
import { subject } from '../../../test/subjects.js'
import { searched, type Shown } from '../../../test/verify/searches.js'

/** On a busy machine. */
const LONG = { timeout: 240_000 }

/** `tso` has many more executions than the others, so it gets the small scenarios. */
const SC_AND_WEAK = ['sc', 'weak'] as const

/** All that executions with few preemptions can show. */
async function within(
  fix: string,
  model: MemoryModelName,
  scenario: string,
  preemptions: number,
): Promise<Shown> {
  const of = await subject('kvm-memslots', fix, model)
  return searched(of, of.system.scenarios[scenario]?.scenario, 'states', preemptions)
}

/** Signatures, without what all of them have: the thread that reports is a vCPU. */
async function errors(
  fix: string,
  model: MemoryModelName,
  scenario: string,
  preemptions = 2,
): Promise<string[]> {
  const { errors } = await within(fix, model, scenario, preemptions)
  return errors.map((s) => s.replace(/:vcpu$/, ''))
}

const HOLDING = ['low-bit', 'low-bit-no-store', 'one-dereference', 'in-progress-bit', 'generation-first']

describe.each(MEMORY_MODELS)('all executions with two preemptions under %s', LONG, (model) => {
  it('S4.1, H4-1: a slot is created; the baseline keeps its frame MMIO for ever', async () => {
    expect(await errors('baseline', model, 'create')).toEqual(['stale-mmio:spte', 'stale-mmio:vcpu-cache'])
    for (const fix of model === 'tso' ? ['low-bit', 'one-dereference'] : HOLDING)
      expect(await errors(fix, model, 'create')).toEqual([])
  })

  it('S4.4: a cached slot pointer outlives its set where two sets have one generation', async () => {
    expect(await errors('late-bump', model, 'guest-cache')).toEqual([
      'generation-reuse:kvm_memslots.generation',
      'use-after-free:kvm_memslots.memslots:vcpu:main',
    ])
    for (const fix of model === 'tso' ? ['baseline', 'low-bit'] : ['baseline', ...HOLDING])
      expect(await errors(fix, model, 'guest-cache')).toEqual([])
  })
})

describe.each(SC_AND_WEAK)('all executions with two preemptions under %s', LONG, (model) => {
  it('S4.2: a deleted slot is gone from sptes and caches', async () => {
    for (const fix of ['baseline', ...HOLDING]) expect(await errors(fix, model, 'delete')).toEqual([])
    expect(await errors('no-synchronize', model, 'delete')).toContain('stale-ram:processor')
  })

  it('S4.3: late-bump is right for sptes; a hit in the window stamps the vCPU cache with what comes after', async () => {
    expect(await errors('late-bump', model, 'create')).toEqual(['generation-reuse:kvm_memslots.generation'])
    expect(await errors('late-bump', model, 'vcpu-cache')).toEqual([
      'generation-reuse:kvm_memslots.generation',
      'stale-mmio:vcpu-cache',
    ])
    for (const fix of model === 'sc' ? HOLDING : ['low-bit', 'generation-first'])
      expect(await errors(fix, model, 'vcpu-cache')).toEqual([])
  })

  it('S4.4: the same pointer, and the old set that serves again after a deletion', async () => {
    expect(await errors('late-bump', model, 'guest-cache-deleted')).toEqual([
      'data-race:kvm_memslots.memslots:main write:vcpu read',
      'generation-reuse:kvm_memslots.generation',
    ])
    for (const fix of HOLDING) expect(await errors(fix, model, 'guest-cache-deleted')).toEqual([])
  })

  it('S4.6: with a split section nothing but the generation taken first is of use', async () => {
    for (const fix of ['low-bit', 'low-bit-no-store', 'in-progress-bit'])
      expect(await errors(fix, model, 'split-section')).toContain('stale-mmio:spte')
    // The generation is read through a pointer that nothing protects any more.
    expect(await errors('one-dereference', model, 'split-section')).toEqual([
      'use-after-free:kvm_memslots.generation:vcpu:main',
    ])
    expect(await errors('generation-first', model, 'split-section')).toEqual([])
  })

  it('S4.7: address spaces that share generations; the others do not', async () => {
    expect(await errors('shared-generations', model, 'address-spaces')).toContain('stale-mmio:vcpu-cache')
    for (const fix of HOLDING) expect(await errors(fix, model, 'address-spaces')).toEqual([])
  })

  it('S4.8: a rolled back update needs new generations, too', async () => {
    expect(await errors('rollback-rewinds', model, 'failed-delete')).toContain('stale-mmio:spte')
    expect(await errors('low-bit', model, 'failed-delete')).toEqual([])
  })
})

describe('S4.5: two bits of the generation', LONG, () => {
  it('bumping before the zap lets outdated sptes match in between', async () => {
    for (const fix of ['low-bit', 'low-bit-no-store', 'one-dereference'])
      expect(await errors(fix, 'sc', 'wrap')).toEqual(['stale-mmio:spte'])
  })

  it('zapping before the bump lets them match that were read before, or stored in between', async () => {
    expect(await errors('in-progress-bit', 'sc', 'wrap', 3)).toEqual(['stale-mmio:spte'])
    expect(await errors('in-progress-bit', 'sc', 'wrap-emulator', 3)).toEqual(['stale-mmio:vcpu-cache'])
    expect(await errors('in-progress-bit', 'sc', 'wrap-stored-in-progress')).toContain('stale-mmio:spte')
    expect(await errors('generation-first', 'sc', 'wrap-stored-in-progress')).toEqual([])
  })

  it('each address space has a wrap-around of its own', async () => {
    expect(await errors('wrap-in-one-space', 'sc', 'wrap-smm')).toContain('stale-mmio:spte')
    expect(await errors('generation-first-narrow', 'sc', 'wrap-smm')).toEqual([])
  })

  it('an access that takes the generation before the spte is right, if the loads keep that order', async () => {
    expect(await errors('generation-first', 'sc', 'wrap', 3)).toEqual([])
    expect(await errors('generation-first', 'sc', 'wrap-emulator')).toEqual([])
    expect(await errors('generation-first-narrow', 'weak', 'four-updates', 3)).toEqual([])
    expect(await errors('generation-first-narrow-relaxed', 'sc', 'four-updates', 3)).toEqual([])
    expect(await errors('generation-first-narrow-relaxed', 'weak', 'four-updates', 3)).toEqual([
      'stale-mmio:spte',
    ])
  })
})

describe('what is graded apart, under sc', LONG, () => {
  const notices = async (fix: string, scenario: string): Promise<readonly string[]> =>
    (await within(fix, 'sc', scenario, 2)).notices

  it('late exits: late-bump has them, low-bit has none', async () => {
    expect(await notices('late-bump', 'vcpu-cache')).toEqual(['late-exit:spte:vcpu'])
    expect(await notices('low-bit', 'vcpu-cache')).toEqual([])
  })

  it('S4.9: the hole between deletion and creation is there with every candidate, unless QEMU keeps vCPUs out', async () => {
    for (const fix of ['baseline', 'low-bit', 'generation-first']) {
      expect(await notices(fix, 'hole')).toContain('hole:memslots:vcpu')
      expect(await notices(fix, 'hole-inhibited')).toEqual([])
    }
  })
})
